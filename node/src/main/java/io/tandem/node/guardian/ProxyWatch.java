// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.NativeBuffer;
import io.tandem.vrrp.router.Reactor;

/**
 * Watches the proxy's heartbeat on the reactor's thread.
 *
 * <p>A late beat alone proves nothing: a collection or a busy machine delays it too. It makes this class ask the kernel,
 * which knows at once whether the process is dying or stopped; only a proxy that lives and yet does not beat is given {@link
 * #HUNG_NS}. Memory is freed before the exit is reported, so a killed proxy would otherwise be noticed hundreds of
 * milliseconds late.
 */
final class ProxyWatch implements Reactor.Timed {
    static final long HUNG_NS = Long.getLong("tandem.hung.ms", 1000) * 1_000_000L;

    private static final long CHECK_NS = 5_000_000L;
    /** Three beats; with heartbeats of 10 ms the thread is awake before a living proxy's next look is due. */
    private static final long LATE_NS = 16_000_000L;

    private static final int O_RDONLY_CLOEXEC = 0x80000;
    private static final int PF_EXITING = 4;
    private static final int FLAGS_FIELD = 9;
    private static final int STATE_FIELD = 3;

    /** Told on the reactor's thread. */
    interface Listener {
        /** @param reason {@code dead}, {@code stopped} or {@code hung} */
        void onLost(String reason, long sinceLastBeatNs);

        void onRegained();
    }

    private final HeartbeatFile heartbeat;
    private final Listener listener;
    private final NativeBuffer stat = new NativeBuffer(1024);
    private int statFd = -1;
    private long checkAtNs = Reactor.NEVER;
    private boolean lost;

    ProxyWatch(HeartbeatFile heartbeat, Listener listener) {
        this.heartbeat = heartbeat;
        this.listener = listener;
    }

    /** Begins with a new proxy. Reactor's thread. */
    void watch(int pid, long nowNs) {
        forget();
        statFd = C.open("/proc/" + pid + "/stat", O_RDONLY_CLOEXEC, 0);
        checkAtNs = nowNs + CHECK_NS;
    }

    /** The proxy's end is known. Reactor's thread. */
    void forget() {
        if (statFd >= 0) {
            C.close(statFd);
            statFd = -1;
        }
        checkAtNs = Reactor.NEVER;
        lost = false;
    }

    @Override
    public long nextWakeNs() {
        return checkAtNs;
    }

    @Override
    public long readyNs() {
        return checkAtNs == Reactor.NEVER ? Reactor.NEVER : checkAtNs - LATE_NS;
    }

    @Override
    public void onTime(long nowNs) {
        if (checkAtNs == Reactor.NEVER) {
            return;
        }
        // A look costs nothing while the thread is awake anyway: as a rule the deadline never comes.
        long beat = heartbeat.lastBeatNs();
        long age = nowNs - beat;
        if (beat != 0 && age <= LATE_NS) {
            checkAtNs = beat + LATE_NS + 1;
            if (lost) {
                lost = false;
                listener.onRegained();
            }
        } else if (nowNs - checkAtNs >= 0) {
            checkAtNs = nowNs + CHECK_NS;
            String reason = beat == 0 || lost ? "" : reason(age);
            if (!reason.isEmpty()) {
                lost = true;
                listener.onLost(reason, age);
            }
        }
    }

    private String reason(long age) {
        long length = C.pread(statFd, stat.address(), stat.capacity(), 0);
        if (length <= 0) {
            return "dead";
        }
        int at = (int) length - 1;
        while (at > 0 && stat.bytes().get(at) != ')') {
            at--;
        }
        int state = stat.bytes().get(at + 2);
        if (state == 'Z' || state == 'X' || (flags(at + 2, (int) length) & PF_EXITING) != 0) {
            return "dead";
        }
        if (state == 'T' || state == 't') {
            return "stopped";
        }
        return age > HUNG_NS ? "hung" : "";
    }

    private long flags(int at, int length) {
        int field = STATE_FIELD;
        long value = 0;
        for (int i = at; i < length && field <= FLAGS_FIELD; i++) {
            byte next = stat.bytes().get(i);
            if (next == ' ') {
                field++;
            } else if (field == FLAGS_FIELD && next >= '0' && next <= '9') {
                value = value * 10 + (next - '0');
            }
        }
        return value;
    }
}
