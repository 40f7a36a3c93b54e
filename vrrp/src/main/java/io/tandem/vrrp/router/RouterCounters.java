// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.vrrp.packet.DropReason;
import io.tandem.vrrp.packet.Remark;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one virtual router has counted since its start.
 *
 * <p>Written by the reactor's thread, read by any; a reader may miss the latest.
 */
public final class RouterCounters {
    private final long[] drops = new long[DropReason.values().length];
    private final long[] remarks = new long[Remark.values().length];
    volatile long advertsSent;
    volatile long advertsReceived;
    volatile long sendErrors;
    volatile long becameActive;
    volatile long becameBackup;
    volatile long becameFault;
    volatile long conflicts;
    volatile long restored;
    volatile long late;

    /** Returns the new count. */
    long count(DropReason reason) {
        return ++drops[reason.ordinal()];
    }

    long count(Remark remark) {
        return ++remarks[remark.ordinal()];
    }

    /** Packets dropped, by reason; those that occurred. */
    public Map<DropReason, Long> drops() {
        Map<DropReason, Long> found = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.values()) {
            if (drops[reason.ordinal()] > 0) {
                found.put(reason, drops[reason.ordinal()]);
            }
        }
        return found;
    }

    /** All counters by their name in status and metrics, the drops as {@code drop_REASON}. */
    public Map<String, Long> all() {
        Map<String, Long> all = new LinkedHashMap<>();
        all.put("adverts_sent", advertsSent);
        all.put("adverts_received", advertsReceived);
        all.put("send_errors", sendErrors);
        all.put("became_active", becameActive);
        all.put("became_backup", becameBackup);
        all.put("became_fault", becameFault);
        all.put("address_conflicts", conflicts);
        all.put("addresses_restored", restored);
        all.put("late", late);
        for (Remark remark : Remark.values()) {
            if (remarks[remark.ordinal()] > 0) {
                all.put("remark_" + remark.toString().replace('-', '_'), remarks[remark.ordinal()]);
            }
        }
        drops().forEach((reason, count) -> all.put("drop_" + reason.toString().replace('-', '_'), count));
        return all;
    }
}
