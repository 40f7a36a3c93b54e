// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import java.net.InetAddress;

/** What a virtual router's actions do to the {@link SimulatedLan}. */
final class SimulatedPort implements Lan {
    private final SimulatedLan lan;
    private final SimulatedNode.Router router;

    SimulatedPort(SimulatedLan lan, SimulatedNode.Router router) {
        this.lan = lan;
        this.router = router;
    }

    @Override
    public void sendAdvertisement(int priority) {
        SimulatedNode node = router.node();
        Event heard = new Event.Heard(node.address, priority, node.config.advertIntervalNs());
        for (SimulatedNode peer : lan.nodes) {
            int copies = lan.random.nextDouble() < lan.loss ? 0 : lan.random.nextDouble() < lan.doubling ? 2 : 1;
            for (int i = 0; peer != node && i < copies; i++) {
                lan.later(lan.shortDelay(), () -> {
                    if (peer.island == node.island) {
                        peer.routers.get(router.vrid).deliver(heard);
                    }
                });
            }
        }
    }

    @Override
    public void installAddresses(boolean besideAnother) {
        router.holdsAddresses = true;
    }

    @Override
    public void removeAddresses() {
        router.holdsAddresses = false;
    }

    @Override
    public void announceAddresses() {
        if (!router.holdsAddresses) {
            throw new AssertionError("node " + router.node().index + " announces what it does not hold");
        }
    }

    @Override
    public void reportState(StateChange change) {
        lan.tellPriority(router);
        router.node().moved(router, change);
    }

    @Override
    public void warn(Warning warning, InetAddress peer) {}

    @Override
    public void askPeerToTake(InetAddress peer) {
        tell(peer, new Event.PeerReleasing(router.node().address));
    }

    @Override
    public void tellPeerTaken(InetAddress peer) {
        tell(peer, new Event.PeerTook(router.node().address));
    }

    @Override
    public void tellPeerRefused(InetAddress peer) {
        tell(peer, new Event.PeerRefused(router.node().address));
    }

    private void tell(InetAddress address, Event event) {
        for (SimulatedNode peer : lan.nodes) {
            if (peer.address.equals(address)) {
                lan.later(lan.shortDelay(), () -> {
                    if (peer.island == router.node().island) {
                        peer.routers.get(router.vrid).deliver(event);
                    }
                });
            }
        }
    }
}
