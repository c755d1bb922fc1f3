"""What a printer gets of the page, by a reader that knows nothing of it."""

import base64
import io

import pypdf

UNPAGED = """
for (const sheet of document.styleSheets) {
  for (let at = sheet.cssRules.length - 1; at >= 0; at -= 1) {
    if (sheet.cssRules[at] instanceof CSSPageRule) sheet.deleteRule(at);
  }
}
"""


def printed(chromium):
    """The text on each sheet, with what browsers print above and below where there is room."""
    made = chromium.tell("Page.printToPDF", displayHeaderFooter=True, printBackground=True)
    reader = pypdf.PdfReader(io.BytesIO(base64.b64decode(made["data"])))
    return [sheet.extract_text() for sheet in reader.pages]
