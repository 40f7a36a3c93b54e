// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.ring;

import io.tandem.node.observe.EventLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The rings of the process and who sends their events. A ring that a new configuration describes as the one before stays;
 * another of its name takes its events over. Used by the thread that loads; {@link #named} by any.
 */
public final class Rings {
    private static final long POLL_NS = 2_000_000;

    private final Courier courier;
    private volatile Map<String, Ring> rings = Map.of(); // written by the thread that loads, read by any
    private List<RingSender> senders = List.of();

    /**
     * A ring of a configuration, and where its events go.
     *
     * @param lines one for each server
     */
    record Plan(Ring ring, List<RingSender.Line> lines, int connectTimeoutMs, int sendTimeoutMs) {}

    public Rings(Courier courier) {
        this.courier = courier;
    }

    /** The ring in use that is just like that, or a new one. */
    Ring like(Ring.Specification specification) {
        Ring present = rings.get(specification.name());
        return present != null && present.specification().equals(specification) ? present : new Ring(specification);
    }

    /** The ring of that name, or null. */
    @Nullable Ring named(String name) {
        return rings.get(name);
    }

    /** All, in the order of the configuration. */
    Collection<Ring> all() {
        return rings.values();
    }

    /** Takes the rings of a configuration into use, and the others out of it. */
    void use(List<Plan> plans, EventLog events) {
        Map<String, Ring> next = new LinkedHashMap<>();
        for (Plan plan : plans) {
            try {
                plan.ring().open();
            } catch (IOException e) {
                events.tell(EventLog.Level.ALERT, null, "ring '" + plan.ring().name() + "': " + e.getMessage());
            }
            Ring present = rings.get(plan.ring().name());
            if (present != null && present != plan.ring()) {
                plan.ring().replace(present);
            }
            next.put(plan.ring().name(), plan.ring());
        }
        Map<String, Ring> before = rings;
        rings = next;
        List<RingSender> old = senders;
        old.forEach(RingSender::stop);
        before.values().stream().filter(ring -> !next.containsValue(ring)).forEach(Ring::close);
        List<RingSender> fresh = new ArrayList<>();
        for (Plan plan : plans) {
            plan.ring()
                    .keepReaders(plan.lines().stream()
                            .map(line -> line.server().name())
                            .toList());
            for (RingSender.Line line : plan.lines()) {
                fresh.add(new RingSender(
                        courier.loop(), plan.ring(), line, plan.connectTimeoutMs(), plan.sendTimeoutMs()));
            }
        }
        senders = fresh;
        fresh.forEach(RingSender::start);
    }

    /** Waits until servers that are reached have been sent everything, but not for long: the process ends. */
    public void drain(int patienceMs) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
        while (senders.stream().anyMatch(sender -> !sender.isIdle()) && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(POLL_NS);
        }
        senders.forEach(RingSender::stop);
        senders = List.of();
    }
}
