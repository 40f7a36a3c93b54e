// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls.verify;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import java.net.Socket;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Joins {@link ChainVerifier} to the TLS engine: called in each full handshake, on the connection's event loop. What it finds
 * stays with the session, also where it lets the handshake fail.
 */
public final class VerifyingTrustManager extends X509ExtendedTrustManager {
    private static final String FINDINGS = "tandem.findings";

    /** Becomes the alert certificate_unknown. */
    private static final int UNKNOWN_TO_PEERS = 34;

    /** What was found by engines of the JDK, which forget the session of a handshake that failed. */
    private static final Map<SSLEngine, Findings> FOUND = Collections.synchronizedMap(new WeakHashMap<>());

    private final Supplier<VerifyPolicy> policy;
    private final List<X509Certificate> announced;
    private final Function<SSLEngine, @Nullable String> wanted;

    private VerifyingTrustManager(
            Supplier<VerifyPolicy> policy,
            List<X509Certificate> announced,
            Function<SSLEngine, @Nullable String> wanted) {
        this.policy = policy;
        this.announced = List.copyOf(announced);
        this.wanted = wanted;
    }

    /**
     * Verifies clients.
     *
     * @param policy asked in each handshake
     * @param announced authorities that clients are told to choose their certificate by
     */
    public static VerifyingTrustManager ofClients(Supplier<VerifyPolicy> policy, List<X509Certificate> announced) {
        return new VerifyingTrustManager(policy, announced, engine -> null);
    }

    /**
     * Verifies servers.
     *
     * @param policy asked in each handshake
     * @param wanted the name a connection's certificate must be for; null where any will do
     */
    public static VerifyingTrustManager ofServers(
            Supplier<VerifyPolicy> policy, Function<SSLEngine, @Nullable String> wanted) {
        return new VerifyingTrustManager(policy, List.of(), wanted);
    }

    /** What was found in the handshake of {@code session} by {@code engine}; null where nothing was verified. */
    public static @Nullable Findings findings(SSLSession session, SSLEngine engine) {
        if (session.getValue(FINDINGS) instanceof Findings found) {
            return found;
        }
        return engine instanceof ReferenceCountedOpenSslEngine ? null : FOUND.get(engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        judge(verify(chain, Purpose.CLIENT), engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        Findings found = verify(chain, Purpose.SERVER);
        String name = wanted.apply(engine);
        if (found.trusted() && name != null && !ServerNames.include(chain[0], name)) {
            found = Findings.wrongName();
        }
        judge(found, engine);
    }

    private Findings verify(X509Certificate[] chain, Purpose purpose) {
        return ChainVerifier.verify(List.of(chain), purpose, policy.get(), System.currentTimeMillis());
    }

    private static void judge(Findings found, SSLEngine engine) throws CertificateException {
        SSLSession session = engine.getHandshakeSession();
        SSLSession kept = session == null ? engine.getSession() : session;
        Findings known = found.over(protocol(engine, kept));
        kept.putValue(FINDINGS, known);
        if (!(engine instanceof ReferenceCountedOpenSslEngine)) {
            FOUND.put(engine, known);
        }
        if (!found.trusted()) {
            CertificateException distrust =
                    new CertificateException("verification: " + found.result().constant(), reason(found.result()));
            throw engine instanceof ReferenceCountedOpenSslEngine
                    ? new OpenSslCertificateException(distrust, engineCode(found.result()))
                    : distrust;
        }
    }

    /**
     * What the JDK's engine makes its alert of, towards servers: certificate_expired, certificate_revoked or bad_certificate. It has
     * no unknown_ca, and says certificate_unknown to all clients.
     */
    private static @Nullable CertPathValidatorException reason(CertificateError error) {
        CertPathValidatorException.BasicReason reason =
                switch (error) {
                    case CERT_HAS_EXPIRED -> CertPathValidatorException.BasicReason.EXPIRED;
                    case CERT_REVOKED -> CertPathValidatorException.BasicReason.REVOKED;
                    case CERT_NOT_YET_VALID -> CertPathValidatorException.BasicReason.NOT_YET_VALID;
                    case HOSTNAME_MISMATCH, CERT_SIGNATURE_FAILURE, CRL_SIGNATURE_FAILURE ->
                        CertPathValidatorException.BasicReason.INVALID_SIGNATURE;
                    case EE_KEY_TOO_SMALL, CA_KEY_TOO_SMALL, CA_MD_TOO_WEAK, INVALID_PURPOSE ->
                        CertPathValidatorException.BasicReason.ALGORITHM_CONSTRAINED;
                    default -> null;
                };
        return reason == null ? null : new CertPathValidatorException(error.constant(), null, null, -1, reason);
    }

    private static String protocol(SSLEngine engine, SSLSession session) {
        String agreed = engine instanceof ReferenceCountedOpenSslEngine openSsl
                ? SSL.getVersion(openSsl.sslPointer())
                : session.getProtocol();
        return agreed == null ? "" : agreed;
    }

    /** The engine makes an alert of the number. It knows those of OpenSSL 1.0 only, and takes the future for the past. */
    private static int engineCode(CertificateError error) {
        return switch (error) {
            case INVALID_CA -> 24;
            case CERT_NOT_YET_VALID, EE_KEY_TOO_SMALL, CA_KEY_TOO_SMALL, CA_MD_TOO_WEAK -> 13;
            case KEYUSAGE_NO_CERTSIGN, UNABLE_TO_GET_CRL_ISSUER -> UNKNOWN_TO_PEERS;
            default ->
                error.number() <= CertificateError.PATH_LOOP.number() || error == CertificateError.HOSTNAME_MISMATCH
                        ? error.number()
                        : UNKNOWN_TO_PEERS;
        };
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return announced.toArray(X509Certificate[]::new);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("asked without a connection");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("asked without a connection");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("asked without an engine");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("asked without an engine");
    }
}
