// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.netty.handler.ssl.SslContext;
import io.tandem.node.frontend.listen.BindLine;
import io.tandem.node.frontend.listen.TlsStage;
import io.tandem.node.observe.EventLog;
import io.tandem.node.setup.Assembly;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of one {@code bind} line: which certificates it serves, and the stage that serves them. When certificates change its
 * contexts are made anew and exchanged in one step; connections in flight keep theirs.
 *
 * <p>Guarded by the {@link CertificateStore} it belongs to.
 */
final class TlsBind {
    /** What a context was made of: it is kept for as long as these stay. */
    private record Ingredients(Certificate certificate, @Nullable TlsSettings settings) {
        @Override
        @SuppressWarnings("ReferenceEquality") // the very same objects: what changes is replaced
        public boolean equals(@Nullable Object other) {
            return other instanceof Ingredients same && same.certificate == certificate && same.settings == settings;
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(certificate) + System.identityHashCode(settings);
        }
    }

    private final BindLine line;
    private final TlsSettings settings;
    private final TlsGlobals globals;
    private final CertificateStore store;
    private final NettyTlsStage stage;
    private @Nullable Certificate authority;
    private Map<Ingredients, CertificateChoice.Ready> ready = new HashMap<>();

    private TlsBind(
            BindLine line, TlsSettings settings, TlsGlobals globals, CertificateStore store, NettyTlsStage stage) {
        this.line = line;
        this.settings = settings;
        this.globals = globals;
        this.store = store;
        this.stage = stage;
    }

    /** The stage of {@code line}, or null after an alert. */
    static @Nullable TlsStage stage(BindLine line, Assembly assembly) {
        TlsSettings settings = line.facet(TlsSettings.KEY);
        TlsGlobals globals = TlsGlobals.of(assembly.drafts().global());
        globals.shareTickets(assembly.node().ticketKeys());
        CertificateStore store = CertificateStore.of(assembly.drafts().global());
        Complaints complaints = new AtLoad(line, assembly);
        String place = place(line);
        boolean empty =
                settings.sources.stream().allMatch(list -> list.entries().isEmpty());
        if (empty && !settings.strictSni) {
            complaints.alert("no SSL certificate specified for bind " + place + " (use 'crt').");
            return null;
        }
        if (empty) {
            complaints.warn(
                    "no SSL certificate specified for bind " + place + ", ssl connections will fail (use 'crt').");
        }
        if (!Engine.isNative() && store.binds().isEmpty()) {
            assembly.problems()
                    .warning(
                            line.origin(),
                            "BoringSSL cannot be loaded: TLS is spoken by the engine of the JDK, which costs more and knows"
                                    + " no tickets shared by nodes.");
        }
        NettyTlsStage stage = new NettyTlsStage(
                assembly.node().tlsConnections(),
                new NettyTlsStage.Handling(
                        globals.recordLimit(),
                        HandshakeLimit.of(line, assembly),
                        globals.captureBytes,
                        settings.preferClientCiphers || globals.defaults.preferClientCiphers,
                        globals.keepsSecrets));
        TlsBind bind = new TlsBind(line, settings, globals, store, stage);
        bind.keepFresh(complaints);
        if (!bind.rebuild(complaints)) {
            return null;
        }
        store.add(bind);
        OcspUpdates previous = assembly.previous() == null
                ? null
                : CertificateStore.of(assembly.previous().drafts().global()).updates();
        assembly.onCommit(() -> store.updates().begin(previous, assembly.node().events()));
        assembly.onCommit(() -> bind.measure(assembly.node().events()));
        return stage;
    }

    /** Finds out who signs fastest, if that is not known yet, and goes on with the winner. */
    private void measure(EventLog events) {
        settings.sources.stream()
                .flatMap(list -> list.entries().stream())
                .map(entry -> entry.certificate().current())
                .filter(certificate ->
                        certificate != null && certificate.key().getAlgorithm().equals("RSA"))
                .findFirst()
                .ifPresent(certificate -> RsaMeasurement.begin(certificate, text -> {
                    events.tell(EventLog.Level.INFO, null, text);
                    store.renew();
                }));
    }

    /** Registers the certificates whose responses are to be fetched. */
    private void keepFresh(Complaints complaints) {
        if (store.updates().isDisabled()) {
            return;
        }
        for (CrtList list : settings.sources) {
            for (CrtList.Entry entry : list.entries()) {
                TlsSettings own = entry.settings();
                Boolean said = own == null || own.ocspUpdate == null ? settings.ocspUpdate : own.ocspUpdate;
                boolean asked = said == null ? entry.certificate().updates() : said;
                if (asked || (said == null && store.updates().isDefault())) {
                    String why = store.updates().add(entry.certificate());
                    if (why != null && asked) {
                        complaints.warn("'ocsp-update' has no effect on '"
                                + entry.certificate().name() + "' for bind " + place(line) + ": " + why + ".");
                    }
                }
            }
        }
    }

    private static String place(BindLine line) {
        return "'" + line.written() + "' at [" + line.origin().file() + ":"
                + line.origin().line() + "]";
    }

    /** {@code FILE:LINE}. */
    String origin() {
        return line.origin().file() + ":" + line.origin().line();
    }

    boolean uses(StoredCertificate certificate) {
        return settings.sources.stream().anyMatch(list -> list.uses(certificate));
    }

    boolean uses(CrtList list) {
        return settings.sources.contains(list);
    }

    /** Entries that serve the certificate: as many contexts follow when it changes. */
    int uses(StoredCertificate certificate, @Nullable CrtList in) {
        return (int) settings.sources.stream()
                .filter(list -> in == null || in == list)
                .flatMap(list -> list.entries().stream())
                .filter(entry -> entry.certificate() == certificate)
                .count();
    }

    /** The one a client gets that asks for no name known here. */
    CrtList.@Nullable Entry defaultEntry() {
        return settings.sources.stream()
                .flatMap(list -> list.entries().stream())
                .findFirst()
                .orElse(null);
    }

    /** Whether clients of one of its certificates are verified by the file of that name. */
    boolean uses(TrustStore.Kind kind, String location) {
        return settings.verification.uses(kind, location)
                || settings.sources.stream()
                        .flatMap(list -> list.entries().stream())
                        .map(CrtList.Entry::settings)
                        .anyMatch(own -> own != null && own.verification.uses(kind, location));
    }

    /** Entries it serves. */
    int instances() {
        return settings.sources.stream().mapToInt(list -> list.entries().size()).sum();
    }

    /** Forgets all contexts: those made next follow what has changed around the certificates. */
    void forget() {
        ready = new HashMap<>();
    }

    /**
     * Makes what is missing and serves the certificates as they are now.
     *
     * @return false after an alert: what was served before is served on
     */
    boolean rebuild(Complaints complaints) {
        ContextFactory contexts = new ContextFactory(globals);
        Map<Ingredients, CertificateChoice.Ready> next = new HashMap<>();
        List<CertificateChoice.Offer> offers = new ArrayList<>();
        if (!complete(settings, complaints)) {
            return false;
        }
        TlsParameters common = TlsParameters.of(settings, globals, place(line), complaints);
        if (common == null) {
            return false;
        }
        for (CrtList list : settings.sources) {
            for (CrtList.Entry entry : list.entries()) {
                Certificate certificate = entry.certificate().current();
                if (certificate == null) {
                    continue; // yet to be filled
                }
                Ingredients ingredients = new Ingredients(certificate, entry.settings());
                CertificateChoice.Ready made = next.get(ingredients);
                if (made == null) {
                    made = ready.get(ingredients);
                }
                if (made == null) {
                    made = make(contexts, certificate, entry.settings(), common, complaints);
                }
                if (made == null) {
                    return false;
                }
                next.put(ingredients, made);
                offers.add(new CertificateChoice.Offer(made, entry.filters()));
            }
        }
        if (settings.generates && authority == null && !readAuthority(complaints)) {
            return false;
        }
        ready = next;
        stage.serve(new CertificateChoice(offers, settings.strictSni, generator(contexts, common, offers)));
        return true;
    }

    private boolean readAuthority(Complaints complaints) {
        String at = " at [" + origin() + "].";
        if (settings.signerFile == null) {
            complaints.alert("cannot enable certificate generation, no CA certificate File configured" + at);
            return false;
        }
        try {
            authority = new CertificateFiles(new ExtraFiles()).readEncrypted(settings.signerFile, settings.signerPass);
            return true;
        } catch (Certificate.Unusable unusable) {
            String why = Files.isReadable(Path.of(settings.signerFile))
                    ? unusable.text()
                    : "cannot open the file '" + settings.signerFile + "'.";
            complaints.alert("Failed to read CA certificate file '" + settings.signerFile + "'" + at
                    + " Chain loading failed: " + why);
            return false;
        }
    }

    private CertificateChoice.@Nullable Generator generator(
            ContextFactory contexts, TlsParameters common, List<CertificateChoice.Offer> offers) {
        Certificate signer = authority;
        return signer == null || offers.isEmpty()
                ? null
                : new CertificateGenerator(
                        signer,
                        offers.get(0).ready().certificate(),
                        globals.generatedKept,
                        made -> contexts.context(
                                made, settings, settings.verification.following(store.trust()), common));
    }

    private boolean complete(TlsSettings effective, Complaints complaints) {
        if (effective.verification.isIncomplete()) {
            complaints.alert("verify is enabled but no CA file specified for bind " + place(line) + ".");
            return false;
        }
        return true;
    }

    private CertificateChoice.@Nullable Ready make(
            ContextFactory contexts,
            Certificate certificate,
            @Nullable TlsSettings own,
            TlsParameters common,
            Complaints complaints) {
        TlsSettings effective = own == null ? settings : own.over(settings);
        TlsParameters parameters = own == null ? common : TlsParameters.of(effective, globals, place(line), complaints);
        if (parameters == null || !complete(effective, complaints)) {
            return null;
        }
        try {
            SslContext context = contexts.context(
                    certificate, effective, effective.verification.following(store.trust()), parameters);
            return new CertificateChoice.Ready(certificate, context);
        } catch (SSLException | IllegalArgumentException refused) {
            complaints.alert("unable to use the certificate of '" + certificate.file() + "' for bind " + place(line)
                    + ": " + refused.getMessage() + ".");
            return null;
        }
    }

    /** Tells who loads. */
    private record AtLoad(BindLine line, Assembly assembly) implements Complaints {
        @Override
        public void alert(String text) {
            assembly.problems().alert(line.origin(), "Proxy '" + line.proxy() + "': " + text);
        }

        @Override
        public void warn(String text) {
            assembly.problems().warning(line.origin(), "Proxy '" + line.proxy() + "': " + text);
        }
    }
}
