"""A browser that has WebAssembly and does not let it run."""

from dataclasses import replace

from steps import expect

COMPILES = """
const done = arguments[0];
if (typeof WebAssembly !== 'object') done('there is none');
fetch('page/first.wasm').then((one) => one.arrayBuffer()).then(WebAssembly.compile)
    .then(() => done('it compiles'), (problem) => done(problem.name));
"""


class EngineTroubles:
    """For a run of its own with one browser."""

    def try_uncompiled(self, look):
        """What WebAssembly can't compile runs as plain JavaScript; everything works, slowly."""
        page, journey = self.browse(replace(look, uncompiled=True))
        with self.step("uncompiled: WebAssembly is there and refuses; a request is sent") as remarks:
            journey.enter()
            refusal = page.chromium.wait_js(COMPILES)
            expect(refusal not in ("there is none", "it compiles"), f"WebAssembly: {refusal}")
            remarks.append(refusal)
            before = self.scene.inbox()
            journey.quick_request("Without a compiler: sparrowmere.")
            code = journey.take_code()
            journey.arrived("request")
        self.expect_once(before, "sparrowmere")
        with self.step("uncompiled: the whole program too: the code opens it"):
            journey.enter_code(code)
            journey.open_case()
            expect(any("sparrowmere" in one for one in journey.said("you")), "it is not there")
        with self.step("uncompiled: both programs came as plain JavaScript") as remarks:
            self.chromium.quit()
            asked = self.chromium.requests(self.scene.address.rstrip("/"))
            names = sorted(one.rsplit("/", 1)[1] for one in asked if "-plain.js" in one)
            expect({"first-plain.js", "kith-plain.js"} <= set(names), f"it asked for {names}")
            remarks.append(" ".join(names))
