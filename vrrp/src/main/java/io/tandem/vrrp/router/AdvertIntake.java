// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.vrrp.election.Event;
import io.tandem.vrrp.packet.AdvertisementDecoder;
import io.tandem.vrrp.packet.AdvertisementFormat;
import io.tandem.vrrp.packet.Decoded;
import io.tandem.vrrp.packet.Remark;
import io.tandem.vrrp.socket.AdvertSocket;
import org.jspecify.annotations.Nullable;

/**
 * Takes advertisements out of one virtual router's socket: counts them, reports what is wrong with them, and lets the
 * kernel throw away a flood of bad ones. Owned by the reactor's thread.
 */
final class AdvertIntake {
    private static final int MAX_PACKETS_A_WAKE = 32;

    private final EventLog log;
    private final LanLog lanLog;
    private final RouterCounters counters;
    private final FloodWatch flood = new FloodWatch();
    private final byte[] coldPacket = new byte[64];
    private AdvertisementFormat format;
    private AdvertisementDecoder decoder;
    private boolean saidFlooded;
    private Decoded.@Nullable Accepted last;
    private Event.@Nullable Heard heardLast;

    /** Takes what was heard. */
    interface Hearing {
        void hear(Event.Heard heard, long nowNs);
    }

    AdvertIntake(VirtualRouterConfig config, EventLog log, LanLog lanLog, RouterCounters counters) {
        this.log = log;
        this.lanLog = lanLog;
        this.counters = counters;
        this.format = AdvertisementFormat.of(config);
        this.decoder = new AdvertisementDecoder(format);
    }

    /** A reload changed the router. Its sockets are opened anew, without a filter of ours. */
    void use(VirtualRouterConfig config) {
        format = AdvertisementFormat.of(config);
        decoder = decoder.with(format);
    }

    /**
     * Reads what waits, but not for long.
     *
     * @param port whose socket it is: it may be closed by what is heard
     */
    void read(AdvertSocket socket, RouterPort port, Hearing hearing, long nowNs) {
        for (int i = 0; i < MAX_PACKETS_A_WAKE && port.isOpen(socket); i++) {
            Decoded decoded = socket.receive(decoder);
            if (decoded == null) {
                return;
            }
            if (decoded instanceof Decoded.Accepted accepted) {
                take(accepted, hearing, nowNs);
            } else if (decoded instanceof Decoded.Dropped dropped) {
                lanLog.dropped(dropped.reason(), counters.count(dropped.reason()), socket);
                flood.onBad(nowNs);
                filter(port);
            }
        }
    }

    long nextWakeNs() {
        return flood.nextWakeNs();
    }

    /** Ends the filters when the flood is over. */
    void onTime(RouterPort port, long nowNs) {
        flood.onTime(nowNs);
        filter(port);
    }

    /** Runs the code once without harm. */
    void warmUp() {
        for (int i = 0; i < 300; i++) {
            decoder.decodeIpv4(coldPacket, coldPacket.length, 0);
        }
    }

    @SuppressWarnings("ReferenceEquality") // the decoder answers the same object for the same advertisement
    private void take(Decoded.Accepted accepted, Hearing hearing, long nowNs) {
        counters.advertsReceived.incrementAndGet();
        if (!accepted.remarks().isEmpty()) {
            for (Remark remark : accepted.remarks()) {
                counters.count(remark);
                lanLog.remark(remark, accepted.source());
            }
        }
        Event.Heard heard = heardLast;
        if (heard == null || accepted != last) {
            heard = new Event.Heard(
                    accepted.source(),
                    accepted.advertisement().priority(),
                    accepted.advertisement().intervalNs());
            heardLast = heard;
            last = accepted;
        }
        hearing.hear(heard, nowNs);
    }

    /** The kernel's filters follow the state of things; a socket opened anew has a loose one. */
    private void filter(RouterPort port) {
        boolean flooded = flood.isFlooded();
        if (flooded || saidFlooded) {
            port.forEachAdvertSocket(socket -> {
                if (socket.isStrict() != flooded) {
                    socket.filterStrictly(format, flooded);
                }
            });
        }
        if (flooded != saidFlooded) {
            saidFlooded = flooded;
            log.warning("vrrp flood vrid=" + format.vrid()
                    + (flooded
                            ? " began action=filtered-by-kernel: bad advertisements by the thousand; of what the kernel"
                                    + " can tell, one in 128 is looked at and counted"
                            : " ended"));
        }
    }
}
