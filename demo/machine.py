"""What a server does by itself, one round at a time: the same steps as the loops of `tutela.web.background`."""

from __future__ import annotations

from dataclasses import dataclass

from demo.clock import MovingClock
from demo.platform import Platform
from demo.users import Users
from tutela.casework.stream import ItemStream
from tutela.referral.dispatcher import Dispatcher
from tutela.storage.workplace import Workplace


@dataclass
class Machine:
    """The loops of a server."""

    place: Workplace
    clock: MovingClock
    stream: ItemStream
    dispatcher: Dispatcher
    platform: Platform
    users: Users
    failed_reports: int = 0

    def round(self) -> None:
        """Let everything happen that follows by itself from what people did."""
        self.place.quality.work.follow()
        while self.place.entries.advance():
            pass
        self.platform.follow()
        self.failed_reports += sum(one.result != "filed" for one in self.dispatcher.run_due())
        while self.place.notices.issue_due():
            pass
        self.platform.follow()
        for action in self.platform.carried_out:
            self.users.hear_of(action, self.clock())
        self.platform.carried_out.clear()

    def night(self) -> None:
        """Erase what is due. It is done every other night, to keep the demonstration short."""
        if self.clock().toordinal() % 2:
            self.place.suspended.follow()
            self.place.retention.run()

    def week(self) -> None:
        """Do what is done once a week: canary and measures among it."""
        self.place.quality.follow(self.stream)
        self.place.entries.suspend_due()
        self.place.tidy()
        self.place.audit.checkpoint_if_moved()
