// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.vrrp.election.Warning;
import io.tandem.vrrp.packet.DropReason;
import io.tandem.vrrp.packet.Remark;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one virtual router has counted since its start.
 *
 * <p>Written by the reactor's thread, read by any.
 */
public final class RouterCounters {
    private final Map<DropReason, AtomicLong> drops = zeros(DropReason.class);
    private final Map<Remark, AtomicLong> remarks = zeros(Remark.class);
    private final Map<Warning, AtomicLong> warnings = zeros(Warning.class);
    final AtomicLong advertsSent = new AtomicLong();
    final AtomicLong advertsReceived = new AtomicLong();
    final AtomicLong sendErrors = new AtomicLong();
    final AtomicLong becameActive = new AtomicLong();
    final AtomicLong becameBackup = new AtomicLong();
    final AtomicLong becameFault = new AtomicLong();
    final AtomicLong conflicts = new AtomicLong();
    final AtomicLong restored = new AtomicLong();
    final AtomicLong late = new AtomicLong();
    final AtomicLong zerosSent = new AtomicLong();
    final AtomicLong zerosReceived = new AtomicLong();

    /** Returns the new count. */
    long count(DropReason reason) {
        return count(drops, reason);
    }

    long count(Remark remark) {
        return count(remarks, remark);
    }

    long count(Warning warning) {
        return count(warnings, warning);
    }

    /** Packets dropped, by reason; those that occurred. */
    public Map<DropReason, Long> drops() {
        Map<DropReason, Long> found = new EnumMap<>(DropReason.class);
        drops.forEach((reason, count) -> {
            if (count.get() > 0) {
                found.put(reason, count.get());
            }
        });
        return found;
    }

    /** All counters by their name in status and metrics, the drops as {@code drop_REASON}. */
    public Map<String, Long> all() {
        Map<String, Long> all = new LinkedHashMap<>();
        all.put("adverts_sent", advertsSent.get());
        all.put("adverts_received", advertsReceived.get());
        all.put("send_errors", sendErrors.get());
        all.put("became_active", becameActive.get());
        all.put("became_backup", becameBackup.get());
        all.put("became_fault", becameFault.get());
        all.put("address_conflicts", conflicts.get());
        all.put("addresses_restored", restored.get());
        all.put("late", late.get());
        all.put("priority_zero_sent", zerosSent.get());
        all.put("priority_zero_received", zerosReceived.get());
        remarks.forEach((remark, count) -> {
            if (count.get() > 0) {
                all.put("remark_" + remark.toString().replace('-', '_'), count.get());
            }
        });
        warnings.forEach((warning, count) -> {
            if (count.get() > 0) {
                all.put("warning_" + warning.text().replace('-', '_'), count.get());
            }
        });
        drops().forEach((reason, count) -> all.put("drop_" + reason.toString().replace('-', '_'), count));
        return all;
    }

    /** Filled at once and never changed in shape: safe to read from any thread. */
    private static <E extends Enum<E>> Map<E, AtomicLong> zeros(Class<E> type) {
        Map<E, AtomicLong> map = new EnumMap<>(type);
        for (E key : type.getEnumConstants()) {
            map.put(key, new AtomicLong());
        }
        return map;
    }

    private static <E extends Enum<E>> long count(Map<E, AtomicLong> map, E key) {
        AtomicLong count = map.get(key);
        return count == null ? 0 : count.incrementAndGet();
    }
}
