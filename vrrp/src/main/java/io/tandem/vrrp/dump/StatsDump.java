// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.dump;

/** keepalived.stats: what {@code SIGUSR2} has keepalived write. */
public final class StatsDump {
    private StatsDump() {}

    public static String of(Snapshot snapshot) {
        StringBuilder text = new StringBuilder(1024);
        for (Snapshot.Pair router : snapshot.pairs()) {
            text.append("VRRP Instance: ").append(router.config().name()).append('\n');
            text.append("  Advertisements:\n");
            line(text, 4, "Received", router.count("adverts_received"));
            line(text, 4, "Sent", router.count("adverts_sent"));
            line(text, 2, "Became master", router.count("became_active"));
            line(text, 2, "Released master", router.released());
            text.append("  Packet Errors:\n");
            line(text, 4, "Length", router.count("drop_length") + router.count("drop_ip_length"));
            line(text, 4, "TTL", router.count("drop_ttl"));
            line(text, 4, "Invalid Type", router.count("drop_type"));
            line(text, 4, "Advertisement Interval", router.count("drop_interval"));
            line(text, 4, "Address List", router.count("remark_addresses_differ"));
            text.append("  Authentication Errors:\n");
            line(text, 4, "Invalid Type", router.count("drop_auth_unknown"));
            line(text, 4, "Type Mismatch", router.count("drop_auth_type"));
            line(text, 4, "Failure", router.count("drop_password"));
            text.append("  Priority Zero:\n");
            line(text, 4, "Received", router.count("priority_zero_received"));
            line(text, 4, "Sent", router.count("priority_zero_sent"));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, int indent, String name, long value) {
        text.append(" ".repeat(indent)).append(name).append(": ").append(value).append('\n');
    }
}
