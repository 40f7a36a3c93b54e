// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.frontend.listen.BindLine;
import io.tandem.node.frontend.listen.TlsStage;
import io.tandem.node.observe.EventLog;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.node.tls.Complaints;
import io.tandem.node.tls.Engine;
import io.tandem.node.tls.EngineContext;
import io.tandem.node.tls.Fallback;
import io.tandem.node.tls.ProtocolParameters;
import io.tandem.node.tls.ProtocolSettings;
import io.tandem.node.tls.TlsVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of one {@code bind} line: which certificates it serves, and the stage that serves them. When certificates change its
 * contexts are made anew and exchanged in one step; connections in flight keep theirs, and those that were exchanged are given
 * back.
 *
 * <p>Guarded by the {@link CertificateStore} it belongs to.
 */
final class TlsBind implements Follower {
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
    /** What is to be served next, once all listeners know what they will. */
    private record Prepared(
            Map<Ingredients, CertificateChoice.Ready> ready,
            List<CertificateChoice.Offer> offers,
            CertificateChoice.@Nullable Generator generator) {}

    private final TlsGlobals globals;
    private final CertificateStore store;
    private final NettyTlsStage stage;
    private @Nullable Certificate authority;
    private @Nullable CertificateGenerator generator;
    private Map<Ingredients, CertificateChoice.Ready> served = new HashMap<>();
    private @Nullable Prepared prepared;
    /** Whether what is served follows what has changed around the certificates: if not, nothing of it is kept. */
    private boolean fresh = true;

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
        if (empty && !settings.isStrict(globals.defaults)) {
            complaints.alert("no SSL certificate specified for bind " + place + " (use 'crt').");
            return null;
        }
        if (empty) {
            complaints.warn(
                    "no SSL certificate specified for bind " + place + ", ssl connections will fail (use 'crt').");
        }
        Fallback.tell(assembly.drafts().global(), assembly.problems(), line.origin());
        if (!Engine.isNative() && settings.ticketFile != null) {
            complaints.warn("'tls-ticket-keys' has no effect for bind " + place + ": " + Fallback.CANNOT + ".");
        }
        NettyTlsStage stage = new NettyTlsStage(
                assembly.node().tlsConnections(),
                new NettyTlsStage.Handling(
                        globals.recordLimit(),
                        HandshakeLimit.of(line, assembly),
                        globals.captureBytes,
                        settings.preferClientCiphers || globals.defaults.preferClientCiphers,
                        settings.protocol.withTickets(globals.defaults.protocol),
                        globals.keepsSecrets));
        TlsBind bind = new TlsBind(line, settings, globals, store, stage);
        bind.keepFresh(complaints);
        if (!bind.prepare(complaints)) {
            return null;
        }
        bind.serve();
        store.add(bind);
        assembly.lifetime().atEnd(store::retire);
        OcspUpdates previous = assembly.previous() == null
                ? null
                : CertificateStore.of(assembly.previous().drafts().global()).updates();
        assembly.onCommit(() -> store.updates().begin(previous, assembly.node().events()));
        assembly.onCommit(() -> bind.measure(assembly.node()));
        return stage;
    }

    /** Finds out who signs fastest, if that is not known yet, and goes on with the winner. */
    private void measure(NodeRuntime node) {
        settings.sources.stream()
                .flatMap(list -> list.entries().stream())
                .map(entry -> entry.certificate().current())
                .filter(certificate ->
                        certificate != null && certificate.key().getAlgorithm().equals("RSA"))
                .findFirst()
                .ifPresent(certificate -> RsaMeasurement.begin(certificate, text -> {
                    node.events().tell(EventLog.Level.INFO, null, text);
                    // a reload may have come in between
                    (node.isConfigured() ? CertificateCommands.store(node) : store).renew();
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

    @Override
    public int instances(StoredCertificate certificate) {
        return uses(certificate, null);
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
    @Override
    public boolean uses(TrustStore.Kind kind, String location) {
        return settings.verification.uses(kind, location)
                || settings.sources.stream()
                        .flatMap(list -> list.entries().stream())
                        .map(CrtList.Entry::settings)
                        .anyMatch(own -> own != null && own.verification.uses(kind, location));
    }

    /** Entries it serves. */
    @Override
    public int instances() {
        return settings.sources.stream().mapToInt(list -> list.entries().size()).sum();
    }

    /** What is around the certificates has changed: all contexts are made anew next time. */
    @Override
    public void forget() {
        fresh = false;
    }

    /**
     * Makes what is missing to serve the certificates as they are now; {@link #serve} or {@link #discard} comes next.
     *
     * @return false after an alert, with nothing prepared
     */
    @Override
    public boolean prepare(Complaints complaints) {
        Map<Ingredients, CertificateChoice.Ready> next = new HashMap<>();
        Prepared made = complete(settings, complaints) ? prepare(next, complaints) : null;
        prepared = made;
        if (made == null) {
            giveBack(next, served);
        }
        return made != null;
    }

    private @Nullable Prepared prepare(Map<Ingredients, CertificateChoice.Ready> next, Complaints complaints) {
        ContextFactory contexts = new ContextFactory(globals);
        List<CertificateChoice.Offer> offers = new ArrayList<>();
        ProtocolParameters common = parameters(settings, complaints);
        if (common == null) {
            return null;
        }
        for (CrtList list : settings.sources) {
            for (CrtList.Entry entry : list.entries()) {
                Certificate certificate = entry.certificate().current();
                if (certificate == null) {
                    continue; // yet to be filled
                }
                Ingredients ingredients = new Ingredients(certificate, entry.settings());
                CertificateChoice.Ready made = next.get(ingredients);
                if (made == null && fresh) {
                    made = served.get(ingredients);
                }
                if (made == null) {
                    made = make(contexts, certificate, entry.settings(), common, complaints);
                }
                if (made == null) {
                    return null;
                }
                next.put(ingredients, made);
                offers.add(new CertificateChoice.Offer(made, entry.filters()));
            }
        }
        if (settings.generates && authority == null && !readAuthority(complaints)) {
            return null;
        }
        return new Prepared(next, offers, generator(contexts, common, offers));
    }

    /** Serves what was prepared from now on, and gives back what nobody needs for a new connection any more. */
    @Override
    public void serve() {
        Prepared next = prepared;
        if (next == null) {
            throw new IllegalStateException("nothing is prepared for " + place(line));
        }
        prepared = null;
        stage.serve(new CertificateChoice(next.offers(), settings.isStrict(globals.defaults), next.generator()));
        giveBack(served, next.ready());
        served = next.ready();
        fresh = true;
    }

    /** Serves on what it serves: another listener cannot follow. */
    @Override
    public void discard() {
        Prepared unused = prepared;
        prepared = null;
        if (unused != null) {
            giveBack(unused.ready(), served);
        }
    }

    /** The contexts it serves with, one for each certificate with its options. */
    List<EngineContext> contexts() {
        return served.values().stream().map(CertificateChoice.Ready::context).toList();
    }

    /** Nobody new comes: the configuration is in use no more. */
    @Override
    public void retire() {
        stage.serve(CertificateChoice.NONE);
        giveBack(served, Map.of());
        served = new HashMap<>();
        CertificateGenerator own = generator;
        if (own != null) {
            own.close();
        }
    }

    @SuppressWarnings("ReferenceEquality") // the very same objects
    private static void giveBack(
            Map<Ingredients, CertificateChoice.Ready> these, Map<Ingredients, CertificateChoice.Ready> butNot) {
        these.forEach((ingredients, ready) -> {
            if (butNot.get(ingredients) != ready) {
                ready.context().giveBack();
            }
        });
    }

    /** What to offer with {@code wanted}; null after an alert. */
    private @Nullable ProtocolParameters parameters(TlsSettings wanted, Complaints complaints) {
        ProtocolSettings protocol = wanted.protocol;
        ProtocolSettings defaults = globals.defaults.protocol;
        String where = " for bind " + place(line);
        if (protocol.disablesInVain(defaults)) {
            complaints.warn(
                    "no-sslv3/no-tlsv1x are ignored" + where + ". Use only 'ssl-min-ver' and 'ssl-max-ver' to fix.");
        }
        TlsVersion only = protocol.ambiguous(defaults);
        if (only != null && !wanted.isOfCertificate()) {
            complaints.warn("Ambiguous configuration" + where
                    + ": the ssl-min-ver value is not configured and the ssl-max-ver value is lower than the default"
                    + " ssl-min-ver value (TLSv1.2). Setting the ssl-min-ver to " + only.word()
                    + ". Use 'ssl-min-ver' to fix this.");
        }
        Set<TlsVersion> versions = only == null || !wanted.isOfCertificate() ? protocol.versions(defaults) : Set.of();
        if (versions.isEmpty()) {
            complaints.alert("all SSL/TLS versions are disabled" + where + ".");
            return null;
        }
        return ProtocolParameters.of(versions, protocol, defaults, where, complaints);
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

    /** The one there is, with what it has made, for as long as nothing around it changes. */
    private @Nullable CertificateGenerator generator(
            ContextFactory contexts, ProtocolParameters common, List<CertificateChoice.Offer> offers) {
        Certificate signer = authority;
        if (signer == null || offers.isEmpty()) {
            return null;
        }
        Certificate model = offers.get(0).ready().certificate();
        CertificateGenerator present = generator;
        if (present == null || !fresh || !present.isLike(model)) {
            present = new CertificateGenerator(
                    signer,
                    model,
                    globals.generatedKept,
                    made -> contexts.context(made, settings, settings.verification.following(store.trust()), common));
            generator = present;
        }
        return present;
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
            ProtocolParameters common,
            Complaints complaints) {
        TlsSettings effective = own == null ? settings : own.over(settings);
        ProtocolParameters parameters = own == null ? common : parameters(effective, complaints);
        if (parameters == null || !complete(effective, complaints)) {
            return null;
        }
        if (!Engine.isNative()
                && certificate.ocsp() != null
                && !certificate.ocsp().isAwaited()) {
            complaints.warn("the OCSP response of '" + certificate.file() + "' is not stapled for bind " + place(line)
                    + ": " + Fallback.CANNOT + ".");
        }
        try {
            EngineContext context = contexts.context(
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
