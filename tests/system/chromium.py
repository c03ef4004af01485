"""A real Chromium on the console: pages that remember what went wrong in them, and clicks on places of the map."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, ViewportSize, expect, sync_playwright

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
# WebGL in software: these machines have no GPU, and without it MapLibre draws nothing
FLAGS = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")
WIDE: ViewportSize = {"width": 1280, "height": 800}
PATIENCE_MS = 60_000  # drawn in software, beside everything else that the machine does

expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Screen:
    """One visitor's page, with every error its console or network showed."""

    page: Page
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.errors.append(f"page: {error}"))
        self.page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(f"console {message.type}: {message.text}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.errors.append(f"{response.status} {response.request.method} {response.url}")

    def open(self, url: str, view: str, org: str) -> "Screen":
        """Open a view as somebody of the organisation, and wait until it is live and its map is drawn."""
        self.page.add_init_script(f"sessionStorage.setItem('tianyuan.org.{view}', '{org}')")
        self.page.goto(f"{url}/#/{view}")
        expect(self.at(f"view-{view}")).to_be_visible()
        expect(self.at("live")).to_have_attribute("data-state", "open")
        self.settle()
        return self

    def at(self, test_id: str) -> Locator:
        """What carries the test id."""
        return self.page.get_by_test_id(test_id)

    def settle(self) -> None:
        """Wait until the map has drawn everything and stands still."""
        self.page.wait_for_function("() => window.__map?.loaded() && !window.__map.isMoving()")

    def look_at(self, lng: float, lat: float, zoom: float = 13.5) -> None:
        """Bring a place to the middle of the map."""
        self.page.evaluate("([lng, lat, zoom]) => window.__map.jumpTo({center: [lng, lat], zoom})", [lng, lat, zoom])
        self.settle()

    def click_map(self, lng: float, lat: float) -> None:
        """Click a place on the map as a person does: with the mouse, on the screen."""
        box = self.page.locator(".map-canvas").bounding_box()
        assert box is not None
        x, y = self.page.evaluate(
            "([lng, lat]) => { const at = window.__map.project([lng, lat]); return [at.x, at.y] }", [lng, lat]
        )
        self.page.mouse.move(box["x"] + x, box["y"] + y)
        self.page.mouse.click(box["x"] + x, box["y"] + y)

    def shows(self, source: str) -> None:
        """Wait until the map draws something of a source."""
        self.page.wait_for_function("(source) => window.__map.querySourceFeatures(source).length > 0", arg=source)

    def keep(self, name: str) -> None:
        """A screenshot under build/screenshots/, once the map is drawn."""
        self.settle()
        self.keep_as_is(name)

    def keep_as_is(self, name: str) -> None:
        """A screenshot of a page without a map."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


def screen(browser: Browser, viewport: ViewportSize = WIDE) -> Screen:
    """A page of its own: other cookies, other storage, as another person's."""
    context = browser.new_context(viewport=viewport, locale="zh-CN", reduced_motion="reduce")
    return Screen(context.new_page())


Visitor = Callable[[str, str], Screen]  # opens the console for a role of an organisation
