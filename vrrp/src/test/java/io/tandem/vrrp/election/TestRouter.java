// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** One election with a hand-moved clock; starts as 10.0.0.10 at time zero. */
final class TestRouter {
    static final long MS = 1_000_000L;
    static final long SECOND = 1_000 * MS;
    static final InetAddress SELF = ip("10.0.0.10");
    static final InetAddress LOW = ip("10.0.0.9");
    static final InetAddress HIGH = ip("10.0.0.200");
    static final Action ADVERT_100 = new Action.SendAdvertisement(100);
    static final Action ADVERT_0 = new Action.SendAdvertisement(0);
    static final Action INSTALL = new Action.InstallAddresses(false);
    static final Action INSTALL_BESIDE = new Action.InstallAddresses(true);
    static final Action REMOVE = new Action.RemoveAddresses();
    static final Action ANNOUNCE = new Action.AnnounceAddresses();

    final Election election;
    long nowNs;

    TestRouter(ElectionConfig config) {
        election = new Election(config);
    }

    /** Version 3, priority 100, one second, preempting. */
    static Settings v3() {
        return new Settings(3);
    }

    static Settings v2() {
        return new Settings(2);
    }

    /** What a test changes of an {@link ElectionConfig}. */
    static final class Settings {
        private final int version;
        private int priority = 100;
        private long intervalNs = SECOND;
        private boolean preempt = true;
        private long preemptDelayNs;
        private int downAdverts = 3;
        private boolean answerLower = true;
        private boolean twoRouters;
        private boolean refuseStrangers;
        private boolean answersHigher;
        private boolean ownerIgnores;

        private Settings(int version) {
            this.version = version;
        }

        Settings priority(int value) {
            priority = value;
            return this;
        }

        Settings intervalNs(long value) {
            intervalNs = value;
            return this;
        }

        Settings nopreempt() {
            preempt = false;
            return this;
        }

        Settings preemptDelayNs(long value) {
            preemptDelayNs = value;
            return this;
        }

        Settings downAdverts(int value) {
            downAdverts = value;
            return this;
        }

        Settings silentToLower() {
            answerLower = false;
            return this;
        }

        Settings twoRouters() {
            twoRouters = true;
            return this;
        }

        Settings refuseStrangers() {
            refuseStrangers = true;
            return this;
        }

        Settings answersHigher() {
            answersHigher = true;
            return this;
        }

        Settings ownerIgnores() {
            ownerIgnores = true;
            return this;
        }

        ElectionConfig config() {
            return new ElectionConfig(
                    version,
                    priority,
                    intervalNs,
                    preempt,
                    preemptDelayNs,
                    downAdverts,
                    answerLower,
                    twoRouters,
                    refuseStrangers,
                    answersHigher,
                    ownerIgnores);
        }

        /** Started at time zero. */
        TestRouter started() {
            TestRouter router = new TestRouter(config());
            router.on(new Event.Startup(SELF));
            return router;
        }

        /** Active since time zero. */
        TestRouter active() {
            TestRouter router = new TestRouter(config());
            long downNs = Intervals.downNs(version, priority, intervalNs, downAdverts);
            router.nowNs = -downNs;
            router.on(new Event.Startup(SELF));
            router.nowNs = 0;
            router.on(new Event.TimerExpired());
            assertThat(router.election.state()).isEqualTo(State.ACTIVE);
            return router;
        }
    }

    List<Action> on(Event event) {
        return election.on(event, nowNs);
    }

    List<Action> at(long timeNs, Event event) {
        nowNs = timeNs;
        return on(event);
    }

    List<Action> tickAt(long timeNs) {
        return at(timeNs, new Event.TimerExpired());
    }

    List<Action> hearAt(long timeNs, InetAddress from, int priority) {
        return at(timeNs, new Event.Heard(from, priority, SECOND));
    }

    State state() {
        return election.state();
    }

    long wakeNs() {
        long never = Long.MIN_VALUE;
        long wakeNs = election.nextWakeNs(never);
        assertThat(wakeNs).as("something to wait for").isNotEqualTo(never);
        return wakeNs;
    }

    static Action changed(State from, State to, Reason reason) {
        return new Action.ReportState(new StateChange(from, to, reason, null, null));
    }

    static Action changed(State from, State to, Reason reason, InetAddress peer) {
        return new Action.ReportState(new StateChange(from, to, reason, peer, null));
    }

    static Action faulted(State from, String cause) {
        return new Action.ReportState(new StateChange(from, State.FAULT, Reason.FAULT, null, cause));
    }

    static InetAddress ip(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
