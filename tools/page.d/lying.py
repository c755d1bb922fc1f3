"""The page's own modules in Chromium, without its screens, against a relay that lies.

It sends answers without end and numbers that are none, and looks at what it is asked for. Needs no
program but the page that tools/page built.
"""
import http.server
import json
import os
import sys
import threading
import time

from visit import HERE, NOW, PAGE, RECORDS, Handler, Visit, expect

MEBIBYTE = 1 << 20
MOST = 4 * MEBIBYTE  # protocol/25-page.md
WEEK = NOW // (7 * 86400)


class Liar(Handler):
    """Answers as `answers` says, by the beginning of the path, and notes what was asked."""
    protocol_version = 'HTTP/1.0'
    answers, asked, posted, given = {}, [], [], 0

    def do_GET(self):
        if self.path.startswith('/api/'):
            self.asked.append(self.path)
            self.reply()
        else:
            super().do_GET()

    def file(self):
        """The page's own under page/, and the two beside this one."""
        name = self.path.partition('?')[0].removeprefix('/')
        folder = PAGE if name.startswith('page/') else HERE
        return os.path.join(folder, name.removeprefix('page/'))

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.posted.append(body)
        self.reply()

    def reply(self):
        """A body, or headers and a body, or what makes them of a path."""
        found = next((answer for start, answer in self.answers.items()
                      if self.path.startswith(start)), b'{}')
        if callable(found):
            found = found(self.path)
        headers, body = found if isinstance(found, tuple) else ({}, found)
        self.send_response(200)
        for header in headers.items():
            self.send_header(*header)
        self.end_headers()
        try:
            for at in range(0, len(body), 65536):
                self.wfile.write(body[at:at + 65536])
                type(self).given += len(body[at:at + 65536])
        except OSError:
            pass

    @classmethod
    def lie(cls, answers):
        cls.answers, cls.asked, cls.posted, cls.given = answers, [], [], 0


def strangers(count):
    """Envelopes of others, one KiB each."""
    return (b'\1\1\x41\10' + bytes(1020)) * count


def weeks(**more):
    week = {'week': WEEK, 'envelopes': 1, 'bytes': 1, 'files': 0} | more
    return json.dumps({'weeks': [week]}).encode()


def endless(page):
    """An answer may have four MiB, and not a byte more of a longer one counts."""
    for name, path in (('relay', '/api/relay'), ('texts', '/api/texts/')):
        fits = b'{}' + b' ' * (MOST - 2)
        Liar.lie({path: fits})
        expect(page.run('answer', name), 'read' if name == 'relay' else MOST, f'{name} that fits')
        Liar.lie({path: fits + b' ' * 28 * MEBIBYTE})
        expect(page.run('answer', name), 'answerTooLong', f'{name} that is too long')
        if Liar.given > 16 * MEBIBYTE:
            raise AssertionError(f'{Liar.given} bytes of {name} were taken')


def twice(page):
    """What can't be kept is fetched twice, though nothing is found."""
    batch = strangers(MOST // 1024)

    def of(count):
        places = [f'place{number}' for number in range(count)]

        def answer(path):
            at = places.index(path.partition('after=')[2]) + 1 if 'after=' in path else 0
            if at == count:
                return {'kith-last': places[-1]}, b''
            more = 'kith-next' if at + 1 < count else 'kith-last'
            return {more: places[at]}, batch
        return answer

    for count, again in ((3, 0), (13, 13)):
        page.run('begin', RECORDS, NOW)
        Liar.lie({'/api/weeks/': weeks(), '/api/texts/': of(count)})
        expect(page.run('read'), count * MOST, 'what was read')
        texts = [path for path in Liar.asked if 'texts' in path]
        expect(len(texts), count + again, f'requests for {count} batches')
        expect(texts[count:], texts[:again], 'the second time')
        expect(page.run('read'), count * MOST, 'what was read later')
        expect(len(Liar.asked), len(texts) + 3, 'requests when nothing is new')
    Liar.answers['/api/texts/'] = of(14)
    asked = len(Liar.asked)
    expect(page.run('read'), 14 * MOST, 'what was read last')
    expect(len(Liar.asked) - asked, 1 + 1 + 14, 'requests when something is new')

    # What was kept and had no use is fetched no more than what had one, once it is too much to keep.
    page.run('begin', RECORDS, NOW)
    Liar.lie({'/api/weeks/': weeks(), '/api/texts/': of(11)})
    page.run('read')
    page.run('keep', 8 * MEBIBYTE)
    asked = len(Liar.asked)
    page.run('read')
    expect(len(Liar.asked) - asked, 2, 'requests when the rest is own')


def partitions(page):
    """What is asked for a file hides it, whatever the relay counts and the index says."""
    page.run('begin', RECORDS, NOW)
    for files, chunks, bits in (
            (64, 1, 2), (31, 1, 0), (0, 1, 0), (-1, 1, 0), (1.5, 1, 0), ('64', 1, 0), (None, 1, 0),
            ([], 1, 0), (1e300, 1, 0), (2**50, 1, 10), (1024, 2, 2), (1024, 4, 1), (1024, 5, 0),
            (2**50, 16, 0), (4096, 257, 0)):
        Liar.lie({'/api/weeks/': weeks(files=files), '/api/files/': ({'kith-last': 'x'}, b'')})
        expect(page.run('file', [WEEK] * chunks), 'missing', f'{chunks} of {files}')
        asked = [path.split('/')[4:] for path in Liar.asked if 'files' in path]
        expect({(week, size) for week, size, _ in asked}, {(str(WEEK), str(bits))},
               f'{chunks} of {files}')
        expect(all(0 <= int(prefix) < 2**bits for _, _, prefix in asked), True, f'{asked}')
    for wanted, said in (([WEEK, WEEK - 1], 'fileDamaged'), ([5], 'missing'), ([WEEK - 6], 'missing'),
                         ([WEEK + 2], 'missing')):
        Liar.lie({'/api/weeks/': weeks()})
        expect(page.run('file', wanted), said, f'a file of {wanted}')
        expect(Liar.asked, [], f'requests for {wanted}')


def overtaken(page):
    """What a program that took over does not have is sealed again, and never called stored."""
    page.run('begin', RECORDS, NOW)
    Liar.lie({'/api/submissions': b'{"stored": 1}'})
    expect(page.run('note'), {'phase': 'done', 'problem': None}, 'a note')
    bodies = Liar.posted
    expect([len(body) for body in bodies], [17 + 1024], 'what was handed over')


def short(page):
    """Without memory a call is refused, or the program stops; address 0 is never written to."""
    Liar.lie({})
    expect(page.run('short', 4096, 2, 64, 4 * MEBIBYTE, 100_000),
           ['done', 'outOfMemory', 'RuntimeError'], 'calls without memory')


def main():
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Liar)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    chosen = sys.argv[1:]
    status = 0
    for trial in (endless, twice, partitions, overtaken, short):
        if chosen and trial.__name__ not in chosen:
            continue
        began = time.monotonic()
        page = Visit(f'http://127.0.0.1:{server.server_port}/lying.html')
        try:
            page.run('begin', RECORDS, NOW)
            trial(page)
            print(f'page: a relay that lies, {trial.__name__}: all good in '
                  f'{time.monotonic() - began:.1f} s')
        except (AssertionError, RuntimeError) as problem:
            print(f'page: error: {trial.__name__}: {problem}\n'
                  'page: hint: run tools/page.d/lying.py with its name', file=sys.stderr)
            status = 1
        finally:
            page.close()
    return status


if __name__ == '__main__':
    sys.exit(main())
