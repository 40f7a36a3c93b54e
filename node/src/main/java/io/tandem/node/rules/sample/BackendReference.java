// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.backend.Backend;
import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;

/** A backend named in a rule; looked up once, on first use, in the configuration the rule belongs to. */
public final class BackendReference {
    private final String name;
    private @Nullable Backend found; // racy and idempotent: every loop finds the same immutable object

    private BackendReference(String name) {
        this.name = name;
    }

    static BackendReference of(String name, Site site, int position) {
        if (site.assembly() != null && site.assembly().drafts().backend(name).isEmpty()) {
            if (site.assembly().drafts().frontend(name).isPresent()) {
                throw new Missing(
                        "proxy '" + name + "', referenced in arg " + position, ", has not backend capability.");
            }
            throw new Missing("unable to find backend '" + name + "' referenced in arg " + position);
        }
        return new BackendReference(name);
    }

    /** The backend, or null where it is disabled. */
    public @Nullable Backend in(Facts facts) {
        Backend backend = found;
        if (backend == null) {
            backend = facts.configuration.backend(name).orElse(null);
            found = backend;
        }
        return backend;
    }

    /** A reference to something that does not exist: found once all proxies are known. */
    static final class Missing extends RuntimeException {
        private final String tail;

        Missing(String text) {
            this(text, "");
        }

        Missing(String text, String tail) {
            super(text, null, false, false);
            this.tail = tail;
        }

        /** The whole complaint; {@code keyword} names what had the argument, {@code site} where it stands. */
        String worded(String keyword, Site site) {
            String where = site.context().isEmpty() ? "" : " in " + site.context();
            return getMessage() + " of " + keyword + where + " in proxy '"
                    + site.proxy().name() + "'" + (tail.isEmpty() ? "." : tail);
        }
    }
}
