// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.VirtualRouterConfig.PeerTtl;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Reads what may follow a unicast peer's address: {@code min_ttl} and {@code max_ttl}, with keepalived's complaints. */
final class PeerTtlReader {
    private final Findings findings;
    private final Values values;

    PeerTtlReader(Findings findings) {
        this.findings = findings;
        this.values = new Values(findings);
    }

    /** The range, or null where none is given. */
    @Nullable PeerTtl read(String instance, InetAddress peer, Statement line) {
        String tag = "(" + instance + ") ";
        int min = 0;
        int max = 255;
        boolean given = false;
        for (int i = 1; i <= line.parameters(); i += 2) {
            String word = line.parameter(i);
            boolean isMin = "min_ttl".equals(word);
            if (!isMin && !"max_ttl".equals(word)) {
                findings.error(line.origin(), tag + "unknown unicast_peer option " + word);
                break;
            }
            if (i == line.parameters()) {
                findings.error(line.origin(), tag + word + " is missing a value");
                break;
            }
            Integer ttl = values.integer(line, i + 1, 0, 255);
            given |= ttl != null;
            min = isMin && ttl != null ? ttl : min;
            max = !isMin && ttl != null ? ttl : max;
        }
        if (min > max) {
            findings.error(
                    line.origin(), tag + "min_ttl " + min + " > max_ttl " + max + " - all packets will be discarded");
        }
        return given ? new PeerTtl(peer, min, max) : null;
    }
}
