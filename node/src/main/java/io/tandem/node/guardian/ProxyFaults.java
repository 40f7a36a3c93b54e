// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.vrrp.router.VirtualRouters;

/** Makes the heartbeat's verdicts on the proxy faults of the virtual routers. On the reactor's thread. */
final class ProxyFaults implements ProxyWatch.Listener {
    private final VirtualRouters routers;
    private final MasterLog log;
    private int pid;
    private String cause = "";

    ProxyFaults(VirtualRouters routers, MasterLog log) {
        this.routers = routers;
        this.log = log;
    }

    /** From now on it is about this process. */
    void about(int process) {
        pid = process;
    }

    @Override
    public void onLost(String reason, long sinceLastBeatNs) {
        cause = "proxy-" + reason;
        log.warning("guardian proxy pid=" + pid + " is=" + reason + " last-beat-ms=" + sinceLastBeatNs / 1_000_000L);
        routers.fault(cause);
    }

    @Override
    public void onRegained() {
        log.info("guardian proxy pid=" + pid + " is=alive");
        reset();
    }

    /** The proxy's end is known by itself. */
    void reset() {
        if (!cause.isEmpty()) {
            routers.clear(cause);
            cause = "";
        }
    }
}
