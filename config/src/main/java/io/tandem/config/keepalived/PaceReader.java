// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.VirtualRouterConfig.Pace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads {@code garp_group}: how fast announcements may follow each other on interfaces behind one switch. */
final class PaceReader {
    private final Findings findings;
    private final Values values;
    private final Predicate<String> hasInterface;
    private final Map<String, Pace> byInterface = new HashMap<>();
    private int groups;

    PaceReader(Findings findings, Predicate<String> hasInterface) {
        this.findings = findings;
        this.values = new Values(findings);
        this.hasInterface = hasInterface;
    }

    void read(Statement block) {
        int number = groups++;
        Duration arp = null;
        Duration neighbor = null;
        List<String> interfaces = new ArrayList<>();
        for (Statement line : block.body()) {
            switch (line.keyword()) {
                case "garp_interval" -> arp = interval(line);
                case "gna_interval" -> neighbor = interval(line);
                case "interface" -> add(interfaces, line, line.parameter(1));
                case "interfaces" ->
                    line.body().forEach(names -> names.texts().forEach(name -> add(interfaces, line, name)));
                default -> findings.error(line.origin(), "Unknown keyword '" + line.keyword() + "'");
            }
        }
        if (arp == null && neighbor == null) {
            findings.error(block.origin(), "garp group " + number + " does not have any delay set - removing");
            return;
        }
        Pace pace = new Pace(
                Objects.requireNonNullElse(arp, Duration.ZERO),
                Objects.requireNonNullElse(neighbor, Duration.ZERO),
                interfaces.size() > 1 ? Integer.toString(number) : null);
        for (String name : interfaces) {
            if (byInterface.putIfAbsent(name, pace) != null) {
                findings.error(block.origin(), "garp_group already specified for " + name + " - ignoring");
            }
        }
    }

    private void add(List<String> interfaces, Statement line, String name) {
        if (!hasInterface.test(name)) {
            findings.missingInterface(
                    line.origin(), "WARNING - interface " + name + " specified for garp_group doesn't exist");
        }
        interfaces.add(name);
    }

    private @Nullable Duration interval(Statement line) {
        Duration interval = values.seconds(line, 1, "0.000001", "4294.967295");
        if (interval == null) {
            findings.error(line.origin(), "garp_group " + line.keyword() + " '" + line.parameter(1) + "' invalid");
        }
        return interval;
    }

    /** Of an interface without a group, those of all count. */
    Pace of(String interfaceName, Pace otherwise) {
        return byInterface.getOrDefault(interfaceName, otherwise);
    }
}
