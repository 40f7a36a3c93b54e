// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.tandem.config.text.Origin;
import io.tandem.config.text.Problems;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;

/** What is said once of each configuration with TLS that the engine of the JDK has to speak. */
public final class Fallback implements Facet {
    /** Behind the name of an option that only BoringSSL can follow. */
    public static final String CANNOT = "the TLS engine of this process, the JDK's, cannot";

    private static final FacetKey<Fallback> KEY = new FacetKey<>(Fallback.class, Fallback::new);

    static final String NOTICE = "BoringSSL cannot be loaded: TLS is spoken by the engine of the JDK, which costs more,"
            + " knows no tickets shared by nodes or kept by files, staples no OCSP responses, has curves, versions and tickets as"
            + " the JDK's security properties say, asks servers for host names only, tells every client whose certificate it refuses 'certificate_unknown', knows"
            + " no half-closed connections, tells no secrets of connections, and meets broken records with an end or"
            + " 'timeout client' in place of an alert.";

    private boolean told;

    private Fallback() {}

    /** Called wherever TLS is used; says nothing where BoringSSL speaks it. */
    public static void tell(Draft global, Problems problems, Origin origin) {
        Fallback fallback = global.facet(KEY);
        if (!Engine.isNative() && !fallback.told) {
            fallback.told = true;
            problems.warning(origin, NOTICE);
        }
    }

    /** Not inherited: there is one engine. */
    @Override
    public Facet inherit() {
        return this;
    }
}
