"""What tools/look --figures runs in the page, with the page's own modules."""

# Answers through its last argument.
IN_PAGE = """
const done = arguments[arguments.length - 1];
(async () => {
  const { visit } = await import('/page/visit.js');
  const { state } = await import('/page/state.js');
  const { WorkPool } = await import('/page/work.js');
  %s
})().then(done, (problem) => done({ problem: String(problem) }));
"""
SEAL = """
  await visit.call('newCode');
  const times = [];
  for (let round = 0; round < 40; round += 1) {
    const begin = performance.now();
    await visit.call('compose',
      { what: 'note', incident: { account: 'x'.repeat(600) }, slot: state.clock.slot });
    times.push(performance.now() - begin);
  }
  const bytes = (await visit.call('drafts')).length - 36;
  return { times: times.slice(10), bytes };
"""
WORK = """
  await visit.call('newCode');
  const times = [];
  let told = null;
  for (let round = 0; round < arguments[0]; round += 1) {
    await visit.call('compose',
      { what: 'request', incident: { account: 'x'.repeat(600) }, slot: state.clock.slot });
    const bytes = await visit.call('drafts');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const drafts = [];
    for (let at = 0; at < bytes.length;) {
      const end = at + 36 + view.getUint32(at);
      drafts.push({ id: bytes.slice(at + 4, at + 36), envelope: bytes.slice(at + 36, end) });
      at = end;
    }
    told = drafts.map(({ envelope }) => envelope[3]);
    const begin = performance.now();
    const pool = new WorkPool(drafts, () => {});
    pool.start();
    await pool.finished;
    times.push(performance.now() - begin);
  }
  return { times, bits: told };
"""
# Noise, as much of it as makes a photo of 12 megapixels that is just larger than 5 MiB.
PHOTO = """
  const { addFile, sealFiles } = await import('/page/files.js');
  await visit.call('newCode');
  await visit.call('dropFiles');
  const canvas = Object.assign(document.createElement('canvas'), { width: 4000, height: 3000 });
  const pen = canvas.getContext('2d');
  const image = pen.createImageData(4000, 3000);
  for (let at = 0; at < image.data.length; at += 65536) {
    crypto.getRandomValues(image.data.subarray(at, Math.min(at + 65536, image.data.length)));
  }
  for (let at = 3; at < image.data.length; at += 4) image.data[at] = 255;
  pen.putImageData(image, 0, 0);
  let blob = null;
  for (let quality = 0.02; (blob?.size ?? 0) < 5 * 1024 * 1024; quality += 0.02) {
    blob = await new Promise((resolve) => { canvas.toBlob(resolve, 'image/jpeg', quality); });
  }
  const found = { both: [], cleaning: [], bytes: blob.size };
  for (let round = 0; round < arguments[0]; round += 1) {
    const list = [];
    const begin = performance.now();
    await addFile(list, new File([blob], 'photo.jpg', { type: 'image/jpeg' }));
    found.cleaning.push(performance.now() - begin);
    const { drafts } = await sealFiles(list);
    found.both.push(performance.now() - begin);
    Object.assign(found, { drafts: drafts.length, cleaned: list[0].size });
  }
  return found;
"""
