"""Files beside a request: cleaned, sealed, read at the desk, answered, looked at, taken back."""

import base64
import sys
import time
from pathlib import Path

from steps import eventually, expect, expect_soon

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "tools/cleaning.d"))

MADE = """
const [kind, width, height, done] = arguments;
const made = Object.assign(document.createElement('canvas'), { width, height });
const pen = made.getContext('2d');
const image = pen.createImageData(width, height);
for (let at = 0; at < image.data.length; at += 65536) {
  crypto.getRandomValues(image.data.subarray(at, Math.min(at + 65536, image.data.length)));
}
for (let at = 3; at < image.data.length; at += 4) image.data[at] = 255;
pen.putImageData(image, 0, 0);
made.toBlob((blob) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.split(',')[1]);
  reader.readAsDataURL(blob);
}, kind, 0.9);
"""


class Attaching:
    """One seeker with a photo, a recording and a paper."""

    def __init__(self, trouble, page, journey):
        self.scene, self.step = trouble.scene, trouble.step
        self.page, self.journey, self.see = page, journey, journey.look.see
        self.folder = trouble.scene.folder / "files"
        self.folder.mkdir(exist_ok=True)
        self.case = None

    def play(self):
        self.journey.enter()
        before = self.scene.inbox()
        with self.step("files: a photo and a recording are cleaned, a paper is warned about"):
            self.choose_files()
        with self.step("files: words first, then the chunks, and the receipt counts them"):
            self.send()
            self.case = self.scene.new_case(before)
        with self.step("files: the desk has clean copies, and not the original") as remarks:
            remarks.append(self.read_at_desk())
        with self.step("files: with the code, the answer's picture is fetched and shown"):
            self.look_at_answer()
        with self.step("files: the original reaches the desk once it is shared"):
            self.share_original()
        with self.step("files: erasing takes every chunk back"):
            self.erase()

    # Choosing and sending

    def choose_files(self):
        import mp3
        import pictures
        page = self.page
        plain = base64.b64decode(page.chromium.wait_js(MADE, "image/jpeg", 900, 600))
        self.photo = pictures.jpeg(plain)
        self.paper = b"%PDF-1.7\n" + b"thistledown " * 9000
        for name, data in [("IMG_Emilia.jpg", self.photo), ("memo.mp3", mp3.mp3(mp3.id3v1(), 1200)),
                           ("letter.pdf", self.paper)]:
            (self.folder / name).write_bytes(data)
        page.press("choose.ask")
        page.at("account.title.request")
        page.fill("account.name", "There are pictures: gannetwick.")
        page.press("question.on")
        page.at("kinds.title")
        while page.title != page.words.plain("files.title"):
            title = page.title
            page.press("question.skip")
            page.until(lambda: page.title != title, "the next question does not come")
        field = page.element("input[type=file]")
        field.send_keys("\n".join(str(self.folder / name) for name in
                                  ("IMG_Emilia.jpg", "memo.mp3", "letter.pdf")))
        page.says("files.added", 60)
        for key in ("files.removed.drawn", "files.removed.place", "files.removed.camera",
                    "files.removed.tags", "files.warning.original"):
            page.says(key)
        page.choose("files.keep")
        self.listen()
        self.see("files-chosen")
        page.press("question.on")
        page.at("review.title")
        page.shows("IMG_Emilia.jpg")
        self.see("review-files")

    def listen(self):
        """A recording is played, and ends when it is stopped, covered, or its screen is left."""
        page = self.page
        page.press("files.listen")
        page.until(lambda: page.has("files.listen.stop"), "it is not played")
        time.sleep(1)
        expect(page.has("files.listen.stop"), "it ended by itself")
        self.see("files-playing")
        page.press("files.listen.stop")
        page.until(lambda: page.has("files.listen"), "it is not stopped")
        page.press("files.listen")
        page.until(lambda: page.has("files.listen.stop"), "it is not played again")
        page.js("Object.defineProperty(document, 'hidden', { value: true, configurable: true });"
                "document.dispatchEvent(new Event('visibilitychange')); delete document.hidden")
        page.element(".cover button").click()
        page.until(lambda: page.has("files.listen"), "it goes on while the page is covered", 2)

    def send(self):
        page, journey = self.page, self.journey
        page.press("review.send.request")
        journey.code = journey.take_code()
        journey.arrived("request")
        page.until(lambda: page.js("return document.querySelectorAll('main p[role=status]').length"),
                   "the receipt does not count the files", 60)
        self.see("receipt-files")

    # At the desk

    def files(self):
        return self.scene.desk("case", "attachments", self.case)["attachments"]

    def whole(self, count):
        def is_there():
            files = self.files()
            expect_soon(len(files) == count and all(one["held"] == one["chunks"] for one in files),
                        f"{[(one['held'], one['chunks']) for one in files]} is there")
            return files
        return eventually(is_there)

    def saved(self, number):
        place = self.folder / f"saved-{number}"
        self.scene.desk("case", "save-attachment", self.case, str(number), "--to", place)
        data = place.read_bytes()
        place.unlink()
        return data

    def read_at_desk(self):
        from planted import SECRETS
        files = self.whole(3)
        types = [(one["file"]["type"], one["file"]["original"]) for one in files]
        expect(types == [("image/jpeg", False), ("audio/mpeg", False), ("application/pdf", True)],
               f"there is {types}")
        for number in (1, 2):
            data = self.saved(number)
            left = [secret for secret in SECRETS if secret in data]
            expect(not left, f"{left} is left in file {number}")
        expect(self.saved(3) == self.paper, "another paper")
        return f"{sum(one['chunks'] for one in files)} chunks"

    # With the code

    def look_at_answer(self):
        page, journey = self.page, self.journey
        answer, words = self.folder / "answer.jpg", self.folder / "answer.txt"
        answer.write_bytes(base64.b64decode(page.chromium.wait_js(MADE, "image/jpeg", 400, 300)))
        words.write_text("This is the way in.", encoding="utf-8")
        self.scene.desk("reply", self.case, "--file", words, "--attach", answer)
        journey.enter_code()
        journey.open_case()
        journey.until_news(lambda: any("This is the way in." in one for one in journey.said("them")),
                           "the answer is not there")
        self.see("case-files")
        page.js("document.querySelector('.said.them button').click()")
        page.at("file.title")
        self.see("file")
        show_picture(page)
        size = page.js("const one = document.querySelector('img.picture');"
                       "return [one.naturalWidth, one.naturalHeight]")
        expect(size == [400, 300], f"a picture of {size}")
        self.see("file-shown")

    def share_original(self):
        page, journey = self.page, self.journey
        page.press("back")
        journey.page.at("case.name.request")
        page.says("case.kept")
        script = ("const head = [...document.querySelectorAll('main h2')]"
                  ".find((one) => one.textContent === arguments[0]);"
                  "let node = head; while (node.tagName !== 'BUTTON') node = node.nextElementSibling;"
                  "node.click()")
        page.js(script, page.words.plain("case.kept"))
        page.at("file.title")
        self.see("file-kept")
        page.press("file.share")
        journey.arrived("words")
        self.whole(5)
        originals = [one["file"]["number"] for one in self.files()
                     if one["file"]["original"] and one["file"]["type"] == "image/jpeg"
                     and one["file"]["from"] == "seeker"]
        expect(len(originals) == 1, f"originals {originals}")
        expect(self.saved(originals[0]) == self.photo, "another original")

    def erase(self):
        page, journey = self.page, self.journey
        journey.enter_code()
        page.press("cases.erase")
        page.at("erase.title.all")
        page.choose("erase.sure.all")
        page.press("erase.on")
        journey.arrived("erased", "erased.title")

        def is_gone():
            expect_soon(self.files() == [], "the desk still has files")
        eventually(is_gone)


def show_picture(page):
    """On the screen of a picture: its chunks may come later than the words."""
    shown = "return document.querySelector('img.picture')?.naturalWidth > 0"
    for _ in range(20):
        page.press("file.show")
        page.until(lambda: page.js(shown) or page.words.plain("file.missing") in page.text(),
                   "neither a picture nor a word", 60)
        if page.js(shown):
            return
    page.until(lambda: page.js(shown), "the picture never comes", 1)


class FileTroubles:
    """For a run of its own with one browser."""

    def try_files(self, look):
        """A photo, a recording and a paper, from choosing them to erasing all."""
        Attaching(self, *self.browse(look)).play()
