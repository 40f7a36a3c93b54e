// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import java.net.InetAddress;

/** What an election asks of the LAN. Java 17 has no exhaustive switch over sealed types, so each action performs itself. */
public sealed interface Action {
    void performOn(Lan lan);

    /** @see Lan#sendAdvertisement */
    record SendAdvertisement(int priority) implements Action {
        @Override
        public void performOn(Lan lan) {
            lan.sendAdvertisement(priority);
        }
    }

    /** @see Lan#installAddresses */
    record InstallAddresses(boolean besideAnother) implements Action {
        @Override
        public void performOn(Lan lan) {
            lan.installAddresses(besideAnother);
        }
    }

    /** @see Lan#removeAddresses */
    record RemoveAddresses() implements Action {
        @Override
        public void performOn(Lan lan) {
            lan.removeAddresses();
        }
    }

    /** @see Lan#announceAddresses */
    record AnnounceAddresses() implements Action {
        @Override
        public void performOn(Lan lan) {
            lan.announceAddresses();
        }
    }

    /** @see Lan#reportState */
    record ReportState(StateChange change) implements Action {
        @Override
        public void performOn(Lan lan) {
            lan.reportState(change);
        }
    }

    /** @see Lan#warn */
    record Warn(Warning warning, InetAddress peer) implements Action {
        @Override
        public void performOn(Lan lan) {
            lan.warn(warning, peer);
        }
    }

    /** @see Lan#askPeerToTake */
    record AskPeerToTake(InetAddress peer) implements Action {
        @Override
        public void performOn(Lan lan) {
            lan.askPeerToTake(peer);
        }
    }

    /** @see Lan#tellPeerTaken */
    record TellPeerTaken(InetAddress peer) implements Action {
        @Override
        public void performOn(Lan lan) {
            lan.tellPeerTaken(peer);
        }
    }

    /** @see Lan#tellPeerRefused */
    record TellPeerRefused(InetAddress peer) implements Action {
        @Override
        public void performOn(Lan lan) {
            lan.tellPeerRefused(peer);
        }
    }
}
