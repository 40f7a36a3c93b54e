// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import java.net.InetAddress;
import java.util.List;

/**
 * Plays a virtual router's life on paper: a guardian takes over once in its life, and that once must not wait for classes to
 * be loaded and code to be linked. Pure; nothing leaves it.
 */
public final class Rehearsal {
    private static final int ROUNDS = 60;

    private Rehearsal() {}

    /**
     * Takes over from the peer and gives back to it, in each way that there is.
     *
     * @param self where the router's own advertisements come from
     * @param peer another address
     * @return how many transitions that were
     */
    public static int play(ElectionConfig config, InetAddress self, InetAddress peer) {
        long interval = config.advertIntervalNs();
        long nowNs = 0;
        Nowhere nowhere = new Nowhere();
        for (int round = 0; round < ROUNDS; round++) {
            Election election = new Election(config);
            for (Event event : life(self, peer, interval)) {
                nowNs += interval;
                List<Action> actions = election.on(event, nowNs);
                for (int i = 0; i < actions.size(); i++) {
                    actions.get(i).performOn(nowhere);
                }
            }
        }
        return nowhere.transitions;
    }

    private static List<Event> life(InetAddress self, InetAddress peer, long interval) {
        Event seen = new Event.PeerSeen(peer, 100);
        Event heard = new Event.Heard(peer, 254, interval);
        return List.of(
                new Event.Fault("proxy-not-ready", true),
                new Event.Startup(self),
                new Event.Cleared("proxy-not-ready"),
                seen,
                heard,
                new Event.PeerGone(peer),
                new Event.TimerExpired(),
                new Event.Heard(peer, 1, interval),
                seen,
                new Event.HandOver(false),
                new Event.PeerTook(peer),
                heard,
                new Event.PeerReleasing(peer),
                heard,
                new Event.PeerLeft(peer),
                new Event.Rejoin(),
                new Event.Heard(peer, 0, interval),
                new Event.TimerExpired(),
                new Event.TimerExpired(),
                new Event.Fault("link-down", false),
                new Event.Cleared("link-down"),
                new Event.Shutdown());
    }

    /** Where nothing is done. */
    private static final class Nowhere implements Lan {
        private int transitions;

        @Override
        public void sendAdvertisement(int priority) {}

        @Override
        public void installAddresses(boolean besideAnother) {}

        @Override
        public void removeAddresses() {}

        @Override
        public void announceAddresses() {}

        @Override
        public void reportState(StateChange change) {
            transitions += change.facts().isEmpty() ? 0 : 1;
        }

        @Override
        public void warn(Warning warning, InetAddress peer) {}

        @Override
        public void askPeerToTake(InetAddress peer) {}

        @Override
        public void tellPeerTaken(InetAddress peer) {}

        @Override
        public void tellPeerRefused(InetAddress peer) {}
    }
}
