"""A day that is full at the page's relay: what took the least work is dropped, so more is done; and
a disk that is full, on which nothing more is kept."""

import json
import os
import subprocess
import time
import urllib.request

from envelopes import QUARTER, fill, intake_topic
from figures import TEST_WORK, control_of
from scene import Scene
from steps import eventually, expect, expect_soon
from telling import LONG

SIZE = 3  # of the envelopes that fill the day, and of a long request
BATCH = 128
MOST = 30  # batches; of 1 GiB a day has room for nine of 4 KiB each
LEAST = TEST_WORK + QUARTER  # work bits of a text that lasts 90 days

# Work bits of all texts of the size that the relay has in the open.
CLAIMED = """
const done = arguments[arguments.length - 1];
(async () => {
  const { weeks, texts } = await import('/page/relay.js');
  const found = [];
  for (const { week } of await weeks(arguments[0])) {
    for (let after, more = true; more;) {
      const { bytes, last, isMore } = await texts(arguments[0], week, after);
      for (let at = 0; at < bytes.length; at += 512 << (bytes[at + 2] & 15)) {
        if ((bytes[at + 2] & 15) === arguments[1]) found.push(bytes[at + 3]);
      }
      [after, more] = [last, isMore];
    }
  }
  return found;
})().then(done, (problem) => done(String(problem)));
"""


class FullTroubles:
    """Flooding at the usual price."""

    def try_full(self, look):
        """The page says that it works longer, does, and the request stays and arrives."""
        relay, before = self.scene.c, self.scene.inbox()
        relay.page += ["--store-gib", "1"]
        try:
            relay.kill()
            relay.start()
            with self.step("full: one day's room is filled by others") as remarks:
                remarks.append(f"floor {self.fill_day()}")
            page, journey = self.browse(look)
            with self.step("full: the page says that it takes longer, and why"):
                journey.enter()
                journey.quick_request("Sent on a full day: quernstone. " * 60)
                page.at("slow.title", LONG)
                page.says("slow.full")
                expect(" 2 times" in page.text(), f"how much longer? {page.text()}")
                journey.look.see("slow-full")
                journey.take_code()
                journey.arrived("request")
            with self.step("full: the request arrives, with one bit more, and is kept in the open"):
                case = self.scene.new_case(before)
                expect("quernstone" in self.scene.shown(case)["requests"][0]["account"], "another")
                community = self.scene.link.rpartition(".")[2]

                def is_kept():
                    bits = page.chromium.wait_js(CLAIMED, community, SIZE)
                    expect_soon(bits.count(LEAST + 1) >= 2, f"{bits.count(LEAST + 1)} are in the open")
                eventually(is_kept)
        finally:
            del relay.page[-2:]
            relay.kill()
            relay.start()

    def try_disk_full(self, look):
        """What the relay can't keep is not called sent; once there is room, the same goes out."""
        if os.geteuid() != 0:
            with self.step("disk-full: left out, for only root can make a small disk"):
                return
        scene = Scene(self.scene.kith.program, self.scene.c.page[3], self.steps)
        disk = scene.folder / "disk"
        disk.mkdir(mode=0o700)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128m,mode=700", "kith-look", disk], check=True)
        try:
            scene.c.data = disk / "C"
            scene.start()
            before, filler = scene.inbox(), disk / "filler"
            page, journey = self.browse(look, scene.address)
            journey.scene = scene
            with self.step("disk-full: the page says that the relay is full, and nothing is sent"):
                journey.enter(scene.link)
                journey.quick_request("Sent to a full disk: merlinford.")
                page.at("code.title")
                filler.write_bytes(bytes(80 << 20))  # 64 MiB are kept free
                journey.take_code()
                page.says("progress.failed")
                page.says("refused.relayFull")
                journey.look.see("disk-full")
                expect(scene.inbox() == before, "something arrived")
            with self.step("disk-full: killed and started, it still serves, and still says so"):
                scene.c.kill()
                scene.c.start()
                page.press("sending.again")
                page.until(lambda: page.has("sending.again"), "it does not come to an end")
                page.says("refused.relayFull")
                expect(scene.inbox() == before, "something arrived")
            with self.step("disk-full: with room again the same goes out, and is there once"):
                filler.unlink()
                time.sleep(1.5)  # the disk is looked at once a second
                page.press("sending.again")
                journey.arrived("request")
                requests = scene.shown(scene.new_case(before))["requests"]
                expect(len(requests) == 1 and "merlinford" in requests[0]["account"], "it differs")
        finally:
            scene.a.close()
            scene.c.close()
            subprocess.run(["umount", "-l", disk], check=True)
            scene.close()

    def fill_day(self):
        """Submits until the relay tells a floor; that floor."""
        community = bytes.fromhex(self.scene.community)
        topic = intake_topic(community)

        def floor():
            with urllib.request.urlopen(self.scene.address + "api/relay", timeout=30) as answer:
                full = json.load(answer)["fullPeriods"]
            return [one["floor"] for one in full if "community" in one and one["ttlClass"] == QUARTER]
        with control_of(self.scene.c.data) as control:
            network = bytes.fromhex(control.status()["network"])
            for _ in range(MOST):
                fill(control, network, TEST_WORK, BATCH, lifetime=QUARTER, topic=topic, size=SIZE)
                if floor():
                    break

        def is_full():
            expect_soon(floor(), "the day does not become full")
            return floor()
        [told] = eventually(is_full)
        expect(told == LEAST - SIZE, f"the floor is {told}")
        return told
