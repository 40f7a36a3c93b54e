// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tcp;

import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;

/**
 * Since when either side of a TCP session is silent, and for how long it may be. Bytes that pass write two fields; one timer
 * looks at them when the earlier time may have come.
 */
abstract class Inactivity {
    private final Loop loop;
    private final Timer timer;
    private int clientMs;
    private int serverMs;
    private long clientAtNs;
    private long serverAtNs;

    Inactivity(Loop loop) {
        this.loop = loop;
        timer = new Timer(loop) {
            @Override
            protected void onTimeout() {
                look();
            }
        };
    }

    /** The client was active at {@code clientAtNs}; there is no server yet. 0 for as long as it likes. */
    final void begin(int clientMs, long clientAtNs) {
        this.clientMs = clientMs;
        this.clientAtNs = clientAtNs;
        arm();
    }

    /** The server is there; the client goes on being as silent as it was. */
    final void connected(int clientMs, int serverMs) {
        this.clientMs = clientMs;
        this.serverMs = serverMs;
        serverAtNs = loop.nowNs();
        arm();
    }

    final void clientActive() {
        clientAtNs = loop.nowNs();
    }

    final void serverActive() {
        serverAtNs = loop.nowNs();
    }

    /** Another limit for the client, from now on. */
    final void limitClient(int ms) {
        clientMs = ms;
        clientAtNs = loop.nowNs();
        arm();
    }

    /** Another limit for the server, from now on. */
    final void limitServer(int ms) {
        serverMs = ms;
        serverAtNs = loop.nowNs();
        arm();
    }

    /** The server is gone; the client has {@code ms} from now on. */
    final void onlyClient(int ms) {
        serverMs = 0;
        limitClient(ms);
    }

    final void dispose() {
        clientMs = 0;
        serverMs = 0;
        timer.dispose();
    }

    private void look() {
        loop.tick();
        if (left(clientMs, clientAtNs) <= 0) {
            clientAtNs = loop.nowNs();
            onClientSilent();
        }
        if (left(serverMs, serverAtNs) <= 0) {
            serverAtNs = loop.nowNs();
            onServerSilent();
        }
        arm();
    }

    private void arm() {
        int left = Math.min(left(clientMs, clientAtNs), left(serverMs, serverAtNs));
        timer.start(left == Integer.MAX_VALUE ? 0 : Math.max(1, left));
    }

    /** Milliseconds, rounded up; the greatest number where there is no limit. */
    private int left(int ms, long atNs) {
        if (ms == 0) {
            return Integer.MAX_VALUE;
        }
        return (int) Math.min(Integer.MAX_VALUE, ms - (loop.nowNs() - atNs) / 1_000_000);
    }

    /** The client's time is over; it begins anew unless this ends the session. */
    abstract void onClientSilent();

    /** The server's time is over; it begins anew unless this ends the session. */
    abstract void onServerSilent();
}
