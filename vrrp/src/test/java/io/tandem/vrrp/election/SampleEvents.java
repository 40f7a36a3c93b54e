// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import static io.tandem.vrrp.election.TestRouter.HIGH;
import static io.tandem.vrrp.election.TestRouter.LOW;
import static io.tandem.vrrp.election.TestRouter.SECOND;
import static io.tandem.vrrp.election.TestRouter.SELF;
import static io.tandem.vrrp.election.TestRouter.v3;

import java.util.List;

/** At least one event of each kind, and a router in each state. */
final class SampleEvents {
    static final List<Event> ALL = List.of(
            new Event.Startup(SELF),
            new Event.Shutdown(),
            new Event.Heard(LOW, 0, SECOND),
            new Event.Heard(LOW, 1, SECOND),
            new Event.Heard(HIGH, 100, SECOND),
            new Event.Heard(HIGH, 255, SECOND),
            new Event.TimerExpired(),
            new Event.PriorityChanged(7),
            new Event.SourceChanged(LOW),
            new Event.Reconfigured(v3().priority(255).config()),
            new Event.Reconfigured(v3().priority(1).config()),
            new Event.Fault("a", true),
            new Event.Fault("b", false),
            new Event.Cleared("a"),
            new Event.Cleared("b"),
            new Event.PeerSeen(HIGH, 150),
            new Event.PeerSeen(LOW, 0),
            new Event.PeerLeft(HIGH),
            new Event.PeerGone(HIGH),
            new Event.PeerReleasing(HIGH),
            new Event.PeerTook(HIGH),
            new Event.PeerRefused(HIGH),
            new Event.HandOver(true),
            new Event.HandOver(false),
            new Event.Rejoin(),
            new Event.HoldPreemption(),
            new Event.PeerWants(HIGH),
            new Event.Yield(HIGH),
            new Event.Late(),
            new Event.GroupMoved(State.ACTIVE),
            new Event.GroupMoved(State.BACKUP));

    private SampleEvents() {}

    static TestRouter in(State state) {
        return switch (state) {
            case INITIALIZE -> new TestRouter(v3().config());
            case BACKUP -> v3().started();
            case ACTIVE -> v3().active();
            case FAULT -> {
                TestRouter router = v3().started();
                router.on(new Event.Fault("a", false));
                yield router;
            }
        };
    }
}
