// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import io.tandem.config.model.AdvertHmac;
import io.tandem.config.model.AdvertHmac.AntiReplay;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last number of each router that signed well. At most {@value #MOST_SENDERS}: only holders of a key get in, and to
 * forget one would let its old advertisements pass. Owned by the thread of its virtual router.
 */
final class ReplayGuard {
    private static final int MOST_SENDERS = 255;

    private final Map<InetAddress, Long> last = new HashMap<>();

    /**
     * Takes note of a well-signed advertisement.
     *
     * @param utcMs now, milliseconds since 1970
     * @return null where it is new
     */
    @Nullable DropReason check(AdvertHmac config, InetAddress source, long sequence, long utcMs) {
        if (config.antiReplay() == AntiReplay.TIME) {
            long awaySeconds = Math.abs(HmacSequence.seconds(sequence) - Math.floorDiv(utcMs, 1000L));
            if (awaySeconds > config.timeWindow().toSeconds()) {
                return DropReason.HMAC_TIME;
            }
        }
        Long before = last.get(source);
        if (before == null ? last.size() >= MOST_SENDERS : Long.compareUnsigned(sequence, before) <= 0) {
            return DropReason.HMAC_REPLAY;
        }
        last.put(source, sequence);
        return null;
    }
}
