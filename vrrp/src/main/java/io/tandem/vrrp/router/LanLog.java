// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.vrrp.election.Warning;
import io.tandem.vrrp.packet.Claim;
import io.tandem.vrrp.packet.DropReason;
import io.tandem.vrrp.packet.Remark;
import io.tandem.vrrp.socket.AdvertSocket;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;

/**
 * What one virtual router says of others on its LAN. They decide what it hears: every line has a limit, and so has what is
 * remembered. Owned by the reactor's thread.
 */
final class LanLog {
    private static final long CONFLICT_LOG_NS = 1_000_000_000L;
    private static final int MOST_REMARKED = 1_000;

    private final EventLog log;
    private final String router;
    private final Set<String> remarked = new HashSet<>();
    private long conflictLoggedAtNs;

    LanLog(EventLog log, int vrid) {
        this.log = log;
        this.router = " vrid=" + vrid;
    }

    /** The first of its kind from a peer, and otherwise one a second. */
    void warn(Warning warning, InetAddress peer, long nowNs) {
        if (isNew(warning + peer.getHostAddress()) || nowNs - conflictLoggedAtNs > CONFLICT_LOG_NS) {
            conflictLoggedAtNs = nowNs;
            log.warning("vrrp warning" + router + " what=" + warning.text() + " peer=" + peer.getHostAddress());
        }
    }

    /** The first of its kind from a sender. */
    void remark(Remark remark, InetAddress from) {
        if (isNew(remark + from.getHostAddress())) {
            log.warning("vrrp remark" + router + " what=" + remark + " source=" + from.getHostAddress());
        }
    }

    /** A sender that is no member of the cluster, once: somebody else's router with our number. */
    void stranger(InetAddress from) {
        if (isNew("stranger" + from.getHostAddress())) {
            log.warning("vrrp stranger" + router + " source=" + from.getHostAddress()
                    + ": it is no member of the cluster; if it is not meant, give one of the two another vrid");
        }
    }

    private boolean isNew(String what) {
        return remarked.size() < MOST_REMARKED && remarked.add(what);
    }

    /** The 1st, 10th, 100th, …: enough to notice, too little to flood. */
    void dropped(DropReason reason, long count, AdvertSocket socket) {
        if (isPowerOfTen(count)) {
            log.warning(
                    "vrrp drop" + router + " reason=" + reason + " count=" + count + " source=" + socket.lastSource());
        }
    }

    private static boolean isPowerOfTen(long count) {
        long power = 1;
        while (power < count) {
            power *= 10;
        }
        return power == count;
    }

    /** Another host claims a virtual address; false where that was said less than a second ago. */
    boolean conflict(Claim claim, long nowNs) {
        if (nowNs - conflictLoggedAtNs <= CONFLICT_LOG_NS) {
            return false;
        }
        conflictLoggedAtNs = nowNs;
        log.warning("vrrp address-conflict" + router + " address="
                + claim.address().getHostAddress() + " mac=" + claim.holder()
                + " action=announced-again: another host claims the virtual address");
        return true;
    }

    /** Nobody advertises, yet somebody answers for the address. */
    void held(Claim claim) {
        log.warning("vrrp address-held" + router + " address="
                + claim.address().getHostAddress() + " mac=" + claim.holder()
                + ": another host has the virtual address; remove it there");
    }
}
