// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.tls.EngineContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which certificate a client gets: that of the exact name it asks for, of a wildcard for it, or the first one. Where a name
 * has certificates of both kinds, elliptic curves come first for clients that know them. Immutable.
 */
final class CertificateChoice {
    /** Refuses everyone. */
    static final CertificateChoice NONE = new CertificateChoice(List.of(), true, null);

    /** A certificate that is ready for use. */
    record Ready(Certificate certificate, EngineContext context) {}

    /**
     * A certificate and the names it is offered for.
     *
     * @param filters names, {@code !} in front of those it is not for; empty for the certificate's own
     */
    record Offer(Ready ready, List<String> filters) {}

    /** Makes certificates for names that none was configured for. Called on event loops: never blocks. */
    interface Generator {
        /**
         * Gives {@code then} a certificate for {@code name}, or null where none can be made.
         *
         * @param then is told once, here or on another thread
         */
        void forName(String name, Consumer<@Nullable Ready> then);

        /** Makes no more, and gives back what it made. */
        void close();
    }

    /** The offers for one name, in the order of the configuration. */
    private static final class Offered {
        private final List<Ready> ready = new ArrayList<>(1);
        private final List<Collection<String>> refused = new ArrayList<>(1);

        void add(Ready offer, Collection<String> except) {
            ready.add(offer);
            refused.add(except);
        }

        /** The best one for the client; null where all are meant for other names. */
        @Nullable Ready choose(String name, boolean knowsEcdsa) {
            Ready ecdsa = null;
            Ready other = null;
            for (int i = 0; i < ready.size(); i++) {
                if (refused.get(i).contains(name)) {
                    continue;
                }
                Ready one = ready.get(i);
                if (one.certificate().isEcdsa()) {
                    ecdsa = ecdsa == null ? one : ecdsa;
                } else {
                    other = other == null ? one : other;
                }
            }
            return other == null || (knowsEcdsa && ecdsa != null) ? ecdsa : other;
        }
    }

    private final Map<String, Offered> exact = new HashMap<>();
    private final Map<String, Offered> wildcards = new HashMap<>();
    private final @Nullable Ready first;
    private final int offers;
    private final boolean strict;
    private final @Nullable Generator generator;

    /**
     * @param strict whether a client that asks for no known name gets none
     * @param generator makes certificates where strict would refuse and the first would be served otherwise; or null
     */
    CertificateChoice(List<Offer> offers, boolean strict, @Nullable Generator generator) {
        this.strict = strict;
        this.generator = generator;
        this.offers = offers.size();
        first = offers.isEmpty() ? null : offers.get(0).ready();
        for (Offer offer : offers) {
            Collection<String> names =
                    offer.filters().isEmpty() ? offer.ready().certificate().names() : offer.filters();
            List<String> except = names.stream()
                    .filter(name -> name.startsWith("!"))
                    .map(name -> name.substring(1).toLowerCase(Locale.ROOT))
                    .toList();
            for (String written : names) {
                String name = written.toLowerCase(Locale.ROOT);
                if (name.startsWith("*")) {
                    wildcards
                            .computeIfAbsent(name.substring(1), n -> new Offered())
                            .add(offer.ready(), except);
                } else if (!name.startsWith("!")) {
                    exact.computeIfAbsent(name, n -> new Offered()).add(offer.ready(), List.of());
                }
            }
        }
    }

    /**
     * Tells {@code then} the certificate to go on with, or null to refuse the client: at once, but for names that a certificate
     * has to be made for.
     */
    void choose(ClientHello hello, Consumer<@Nullable Ready> then) {
        Ready chosen = named(hello);
        if (chosen == null && generator != null && !hello.serverName().isEmpty()) {
            generator.forName(hello.serverName(), made -> then.accept(made == null ? last() : made));
        } else {
            then.accept(chosen == null ? last() : chosen);
        }
    }

    /** The certificate to go on with where none is made for the name; null to refuse the client. */
    @Nullable Ready configured(ClientHello hello) {
        Ready chosen = named(hello);
        return chosen == null ? last() : chosen;
    }

    /** For clients that no certificate is meant for. */
    private @Nullable Ready last() {
        return strict ? null : first;
    }

    private @Nullable Ready named(ClientHello hello) {
        String name = hello.serverName();
        Offered offered = exact.get(name);
        Ready chosen = offered == null ? null : offered.choose(name, hello.ecdsa());
        int dot = name.indexOf('.');
        if (chosen == null && dot > 0) {
            offered = wildcards.get(name.substring(dot));
            chosen = offered == null ? null : offered.choose(name, hello.ecdsa());
        }
        return chosen;
    }

    /** The only certificate there is, where it does not depend on what the client says; else null. */
    @Nullable Ready only() {
        return strict || generator != null || offers != 1 ? null : first;
    }
}
