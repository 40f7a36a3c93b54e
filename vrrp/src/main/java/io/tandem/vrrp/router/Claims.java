// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.vrrp.packet.ArpPacket;
import io.tandem.vrrp.packet.Claim;
import io.tandem.vrrp.socket.ArpSocket;
import io.tandem.vrrp.socket.NeighborSocket;
import org.jspecify.annotations.Nullable;

/**
 * Who else claims the addresses of one virtual router, by ARP or by neighbour discovery, and how that is contradicted. Owned
 * by the reactor's thread.
 */
final class Claims implements Reactor.Timed {
    private static final int MAX_FRAMES_A_WAKE = 32;
    private static final long CONFLICT_GRACE_NS = 100_000_000L;
    /** A router with hundreds of addresses announces for some milliseconds before its advertisement leaves. */
    private static final long CONTRADICT_AFTER_NS = 10_000_000L;

    private static final long CONTRADICT_EVERY_NS = 1_000_000_000L;

    private final VirtualRouter router;
    private final RouterPort port;
    private final AddressKeeper keeper;
    private final RouterCounters counters;
    private final RouterWatch watch;
    private final LanLog lanLog;
    private final byte[] frame = new byte[128];
    private @Nullable Claim last;
    private long contradictAtNs = Reactor.NEVER;
    private long contradictedAtNs = System.nanoTime() - CONTRADICT_EVERY_NS;

    Claims(
            VirtualRouter router,
            RouterPort port,
            AddressKeeper keeper,
            RouterCounters counters,
            RouterWatch watch,
            LanLog lanLog) {
        this.router = router;
        this.port = port;
        this.keeper = keeper;
        this.counters = counters;
        this.watch = watch;
        this.lanLog = lanLog;
    }

    /** Whoever claimed one of the addresses last, or null. */
    @Nullable Claim last() {
        return last;
    }

    /** Runs the code once without harm. */
    void warmUp() {
        for (int i = 0; i < 300; i++) {
            ArpPacket.decode(frame, 42);
        }
    }

    @Override
    public long nextWakeNs() {
        return contradictAtNs;
    }

    @Override
    public void onTime(long now) {
        if (contradictAtNs != Reactor.NEVER && now - contradictAtNs >= 0) {
            contradict(now);
        }
    }

    void readArps(ArpSocket socket, long now) {
        for (int i = 0; i < MAX_FRAMES_A_WAKE; i++) {
            int length = socket.receive(frame);
            if (length < 0) {
                return;
            }
            ArpPacket arp = ArpPacket.decode(frame, length);
            if (arp != null) {
                heardClaim(arp.claim(), now);
            }
        }
    }

    void readNeighbors(NeighborSocket socket, long now) {
        for (int i = 0; i < MAX_FRAMES_A_WAKE && socket.receive(); i++) {
            Claim claim = socket.claim();
            if (claim != null) {
                heardClaim(claim, now);
            }
        }
    }

    private void heardClaim(Claim claim, long now) {
        if (port.isVirtual(claim.address()) && !port.isOwn(claim.holder(), keeper)) {
            last = claim;
            if (router.holdsFirmly()) {
                answerClaim(claim, now);
            }
        }
    }

    /**
     * Somebody else claims an address that is ours: claim it again, in a moment. A router that takes over rightly announces
     * first and advertises next: contradicting it in between would lead its clients into a hole.
     */
    private void answerClaim(Claim claim, long now) {
        if (now - router.activeSinceNs() < CONFLICT_GRACE_NS) {
            // The one who held it until now had frames on their way; the schedule of the takeover overrides them.
            return;
        }
        counters.conflicts.incrementAndGet();
        watch.onClaim(claim, now);
        if (contradictAtNs == Reactor.NEVER && now - contradictedAtNs >= CONTRADICT_EVERY_NS) {
            contradictAtNs = now + CONTRADICT_AFTER_NS;
        }
    }

    private void contradict(long now) {
        contradictAtNs = Reactor.NEVER;
        Claim claim = last;
        if (claim != null && router.holdsFirmly()) {
            contradictedAtNs = now;
            lanLog.conflict(claim, now);
            router.announce(now);
        }
    }
}
