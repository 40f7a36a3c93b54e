// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.language.KnownKeywords;
import java.util.Map;

/** HAProxy's fetches and converters that are refused by name for a reason worth telling. */
public final class RefusedSamples {
    private static final String FINISHED =
            "the TLS engine does not tell its Finished messages (RFC 5929), and TLS 1.3 defines no such id";

    private static final String FASTCGI = "there is no FastCGI";
    private static final String ENTITIES = "filters do not wait here";

    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry("ssl_fc_unique_id", FINISHED),
            Map.entry("ssl_bc_unique_id", FINISHED),
            Map.entry("fcgi.docroot", FASTCGI),
            Map.entry("fcgi.index", FASTCGI),
            Map.entry("last_entity", ENTITIES),
            Map.entry("waiting_entity", ENTITIES),
            Map.entry("jwt_decrypt_cert", "certificates are not offered to it"));

    private RefusedSamples() {}

    /** Why it is refused; empty where nothing is said. */
    public static String reason(String name) {
        return REASONS.getOrDefault(name, "");
    }

    /** The whole complaint. */
    static String complaint(String name) {
        String reason = reason(name);
        return KnownKeywords.notSupported(name) + (reason.isEmpty() ? "" : ": " + reason);
    }
}
