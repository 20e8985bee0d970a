"""The widget that shows a trace in a notebook, live while it is written.

Batches leave the kernel from the thread of a subscription, so the picture moves while the
main thread runs a computation. What the front end asks for (a late view wants everything, a
click wants details) is answered in whatever thread the kernel handles messages in; where
that is the busy main thread, the answer comes after the cell.
"""

import contextlib
import importlib.metadata
import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import anywidget
import traitlets

from tffsim.tracing.analysis.summary import summary
from tffsim.tracing.recording.source import Source
from tffsim.tracing.recording.subscription import Batch, Subscription
from tffsim.views import PANELS
from tffsim.views.notebook.feed import Feed, Message
from tffsim.views.notebook.live_outputs import LiveOutputs
from tffsim.views.notebook.look import look
from tffsim.views.notebook.mime_bundle import (
    NO_PICTURE,
    Output,
    display_finished,
    is_in_kernel,
    mime_bundle,
    outputs,
)
from tffsim.views.notebook.page import MAX_SPANS_EMBEDDED, deflated_front_end

_log = logging.getLogger("tffsim")
_SECONDS_BETWEEN_BATCHES = 0.05
# Until the front end has said that it listens, messages may be lost: it then gets everything anew,
# at times that are ever further apart, so that a slow front end is not buried in messages.
_SECONDS_UNTIL_REPEAT = 0.4
_BACKOFF = 2.0
_MAX_PREVIEWS = 1000
# Every view brings the front end with it, and a notebook that keeps the state of widgets keeps it once for each.
_MODULE = """\
const bytes = Uint8Array.from(atob("{front_end}"), c => c.charCodeAt(0));
const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
const script = new Blob([await new Response(stream).arrayBuffer()], {{type: "text/javascript"}});
const url = URL.createObjectURL(script);
const {{default: widget}} = await import(url);
URL.revokeObjectURL(url);
export default widget;
"""
_NO_MODULE = "export default {}"

_NOTHING = (NO_PICTURE, NO_PICTURE)


class TraceView(anywidget.AnyWidget):  # type: ignore[misc]
    """Shows a trace in panels.

    Args:
        source: Where the trace comes from.
        panels: Which panels are shown, in this order.
        title: What is shown above them; by default the names of the computations.
        clock: Returns seconds, by which it repeats itself to front ends that do not answer.

    Raises:
        ValueError: If there is no such panel.
    """

    # The text and not the file: a file is watched, and the watcher would keep every view and its trace for ever.
    _esm = _MODULE.format(front_end=deflated_front_end())
    panels = traitlets.List(traitlets.Unicode(), list(PANELS)).tag(sync=True)
    look = traitlets.Dict().tag(sync=True)
    widget_id = traitlets.Unicode().tag(sync=True)
    _subscription: Subscription | None = None
    _shown_in: LiveOutputs | None = None
    _cannot_send = False

    def __init__(
        self,
        source: Source,
        panels: Sequence[str] = PANELS,
        title: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        unknown = [name for name in panels if name not in PANELS]
        if unknown or not panels:
            raise ValueError(f"There is no panel {unknown[0] if unknown else ''!r}. Panels: {', '.join(PANELS)}.")
        super().__init__(panels=list(panels), look=look(), widget_id=uuid.uuid4().hex)
        self._source = source
        self._title = title
        self._feed = Feed(source, title, panels)
        self._clock = clock
        self._listeners: set[str] = set()
        self._repeat_at = 0.0
        self._seconds_until_repeat = _SECONDS_UNTIL_REPEAT
        self._send_lock = threading.Lock()
        self.on_msg(self._receive)
        self._answer_from_any_thread()
        if source.recorder is not None and not source.is_finished:
            self._subscription = source.recorder.subscribe(self._send_batch, _SECONDS_BETWEEN_BATCHES)

    @property
    def num_listeners(self) -> int:
        """How many front ends listened so far: one more whenever a page is loaded again."""
        return len(self._listeners)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Shows a finished trace as a page, which a notebook keeps; a widget would be gone with its kernel."""
        if not self._source.is_finished or self._source.snapshot.num_spans > MAX_SPANS_EMBEDDED:
            return super()._repr_mimebundle_(**options)
        if not is_in_kernel():
            return {"text/plain": summary(self._source.snapshot)}
        return mime_bundle(self._source.snapshot, tuple(self.panels), self._title)

    def _ipython_display_(self, **_: object) -> None:
        """Displays a trace that is being written, and in the same place a page as soon as it is finished.

        The page is what the notebook keeps, below its picture. In the browser the view stays, with all that was
        selected in it.
        """
        source, panels, title, view = self._source, tuple(self.panels), self._title, self.widget_id
        if not is_in_kernel():
            raise NotImplementedError
        if source.is_finished:
            if source.snapshot.num_spans > MAX_SPANS_EMBEDDED:
                raise NotImplementedError
            display_finished(source.snapshot, panels, title)
        elif source.recorder is not None:
            widget = super()._repr_mimebundle_()
            assert widget is not None
            self._shown_in = shown_in = LiveOutputs(NO_PICTURE, Output(*widget))
            shown_in.display()
            source.recorder.when_finished(
                # Of a call that was refused there is nothing to show: its error says all.
                lambda: shown_in.update(
                    outputs(source.snapshot, panels, title, view) if source.snapshot.num_spans else _NOTHING
                )
            )

    def display_again(self) -> None:
        """Displays what was displayed last of a trace that is being written, where somebody has cleared it."""
        if self._shown_in is not None:
            self._shown_in.display()

    def close(self) -> None:
        """Ends the view."""
        if self._subscription is not None:
            self._subscription.close()
        # Circles of references would keep the trace until a garbage collection finds them.
        self._subscription = None
        self.on_msg(self._receive, remove=True)
        comm = self.comm
        super().close()
        if comm is not None:
            # A browser listens no more to a widget that is closed, so what it shows stays. But nbclient writes down the
            # state of closed ones, too, into the notebook. A kernel that cannot send has no state to write down.
            with contextlib.suppress(Exception):
                comm.send({"method": "update", "state": {"_esm": _NO_MODULE, "look": {}}, "buffer_paths": []})

    def _receive(self, _: object, content: dict[str, Any], buffers: object) -> None:
        kind = content.get("kind")
        if kind == "ready" and isinstance(listener := content.get("listener"), str) and listener not in self._listeners:
            self._listeners.add(listener)
            self._transmit(lambda: [({"kind": "heard"}, []), *self._feed.everything(self._source.is_finished)])
        elif kind == "inspect" and isinstance(content.get("span"), int):
            self._transmit(lambda: [(self._feed.details(content["span"]), [])])
        elif kind == "previews" and isinstance(content.get("spans"), list):
            spans = [span for span in content["spans"][:_MAX_PREVIEWS] if isinstance(span, int)]
            self._transmit(lambda: [(self._feed.previews(spans), [])])

    def _send_batch(self, batch: Batch) -> None:
        if not self._listeners and (batch.is_last or self._clock() >= self._repeat_at):
            self._repeat_at = self._clock() + self._seconds_until_repeat
            self._seconds_until_repeat *= _BACKOFF
            self._transmit(lambda: self._feed.everything(batch.is_last))
        elif self._feed.is_overtaken:
            self._transmit(lambda: self._feed.everything(batch.is_last))
        else:
            self._transmit(lambda: [self._feed.update(batch)])

    def _transmit(self, make: Callable[[], list[Message]]) -> None:
        """Makes messages and sends them before any other is made."""
        with self._send_lock:
            if self._cannot_send:
                return
            messages = make()
            try:
                for message in messages:
                    self.send(*message)
            except Exception as error:
                self._cannot_send = True
                _log.warning(_why_not_live(error))

    def _answer_from_any_thread(self) -> None:
        """Lets messages from the front end be handled while a cell runs.

        Some versions of ipykernel route them to the shell that published last, which is the
        busy one. The name is private; without it, answers come when the cell has ended.
        """
        with contextlib.suppress(AttributeError):
            self.comm._reply_subshell_for = None


def _why_not_live(error: Exception) -> str:
    """Returns one sentence; a traceback of ours would say nothing of what fails, which is the kernel."""
    version = importlib.metadata.version("ipykernel")
    reason = f"{type(error).__name__}: {error}"
    advice = ": install another one with `pip install 'ipykernel!=7.0.*'`" if version.startswith("7.0.") else ""
    return f"This view is not live, because ipykernel {version} cannot send to it ({reason}){advice}."


_displayed_before: TraceView | None = None


def display_live(source: Source) -> None:
    """Displays a trace that is being written, by a view that nobody else knows, and so nobody else can close."""
    view = TraceView(source)
    view._ipython_display_()
    if source.recorder is not None:
        source.recorder.when_finished(lambda: _close_the_one_before(view))


def _close_the_one_before(view: TraceView) -> None:
    """Closes the view before a finished one: in a page that was loaded again, the latest may have to come back."""
    global _displayed_before
    before, _displayed_before = _displayed_before, view
    if before is not None:
        before.close()
