// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkException;
import java.util.HashMap;
import java.util.Map;

/**
 * An interface that was cut off and is not any more: the neighbours that have not answered meanwhile are asked anew at once,
 * for clients, servers and peers shall be reached before this node serves. At most twice a second for each interface, however
 * many virtual routers it has. Reactor's thread.
 */
final class Reunion {
    private static final long PAUSE_NS = 500_000_000L;

    private final Netlink netlink;
    private final EventLog log;
    private final Map<Integer, Long> doneNs = new HashMap<>();

    Reunion(Netlink netlink, EventLog log) {
        this.netlink = netlink;
        this.log = log;
    }

    void on(int interfaceIndex, long nowNs) {
        Long last = doneNs.get(interfaceIndex);
        if (last != null && nowNs - last < PAUSE_NS) {
            return;
        }
        doneNs.put(interfaceIndex, nowNs);
        try {
            int forgotten = netlink.neighbors().forgetUnanswered(interfaceIndex);
            if (forgotten > 0) {
                log.info("vrrp reunion interface=" + interfaceIndex + " neighbours-asked-anew=" + forgotten);
            }
        } catch (NetlinkException e) {
            log.warning(e.getMessage());
        }
    }
}
