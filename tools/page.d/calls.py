"""A visit in Chromium for another program, which says in JSON lines what the page shall do.

    {"do": "begin"}                                        a visit that knows nothing
    {"do": "call", "name": …, "request": …, "bytes": …}    a call of Sources/Page/Site/kith.js
    {"do": "work", "drafts": HEX}                          drafts with their work done, as one batch

Each is answered by {"result": …}, or {"error": …} with what the page refused. Bytes are hexadecimal.
It ends with its standard input.
"""
import json
import sys

import visit


def answer(page, said):
    if said['do'] == 'begin':
        return page.run('begin')
    if said['do'] == 'work':
        return {'result': ''.join(page.run('work', visit.drafts_of(said['drafts'])))}
    return page.run('call', said['name'], said['request'], said.get('bytes', False))


def main():
    page = visit.Visit(visit.serve())
    try:
        for line in sys.stdin:
            print(json.dumps(answer(page, json.loads(line))), flush=True)
    finally:
        page.close()


if __name__ == '__main__':
    main()
