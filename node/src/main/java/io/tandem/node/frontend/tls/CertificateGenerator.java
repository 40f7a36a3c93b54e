// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.tls.EngineContext;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Makes certificates for names that none was configured for ({@code generate-certificates}): with the key of the listener's
 * default certificate, signed by {@code ca-sign-file}. The last {@code tune.ssl.ssl-ctx-cache-size} are kept.
 *
 * <p>Thread-safe. A new name costs a signature and a context, some milliseconds of a thread of its own, while the handshake waits;
 * beyond {@value #WAITING} names at a time clients get the default certificate.
 */
final class CertificateGenerator implements CertificateChoice.Generator {
    private static final Duration LIFE = Duration.ofDays(365);
    private static final int LONGEST_NAME = 253;
    private static final int COMMON_NAME = 64;
    private static final int WAITING = 256;
    private static final int IDLE_S = 10;

    private final Certificate authority;
    private final Certificate model;
    private final Contexts contexts;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, CertificateChoice.Ready> made; // guarded by itself, most lately used last
    private final Map<String, List<Consumer<CertificateChoice.@Nullable Ready>>> waiting =
            new HashMap<>(); // guarded by made
    private final ThreadPoolExecutor signer = signer();

    /** Makes contexts of the listener's kind. */
    interface Contexts {
        EngineContext of(Certificate certificate) throws SSLException;
    }

    /**
     * @param authority signs
     * @param model whose key generated certificates have
     * @param kept how many are kept, 0 for one
     */
    CertificateGenerator(Certificate authority, Certificate model, int kept, Contexts contexts) {
        this.authority = authority;
        this.model = model;
        this.contexts = contexts;
        made = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, CertificateChoice.Ready> eldest) {
                return size() > Math.max(1, kept);
            }
        };
    }

    /** Whether it makes certificates with the key of {@code other}. */
    @SuppressWarnings("ReferenceEquality") // the very same: what changes is replaced
    boolean isLike(Certificate other) {
        return model == other;
    }

    /** Its configuration is in use no more. Those that have been pushed out or exchanged before are a cleaner's to give back. */
    @Override
    public void close() {
        signer.shutdown();
        synchronized (made) {
            made.values().forEach(ready -> ready.context().giveBack());
            made.clear();
        }
    }

    private static ThreadPoolExecutor signer() {
        ThreadPoolExecutor signer =
                new ThreadPoolExecutor(1, 1, IDLE_S, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), work -> {
                    Thread thread = new Thread(work, "tandem-signer");
                    thread.setDaemon(true);
                    return thread;
                });
        signer.allowCoreThreadTimeOut(true);
        return signer;
    }

    @Override
    public void forName(String name, Consumer<CertificateChoice.@Nullable Ready> then) {
        if (name.length() > LONGEST_NAME || !isName(name)) {
            then.accept(null);
            return;
        }
        CertificateChoice.Ready known;
        synchronized (made) {
            known = made.get(name);
            if (known == null) {
                List<Consumer<CertificateChoice.@Nullable Ready>> others = waiting.get(name);
                if (others != null) {
                    others.add(then);
                    return;
                }
                waiting.put(name, new ArrayList<>(List.of(then)));
            }
        }
        if (known != null) {
            then.accept(known);
            return;
        }
        try {
            signer.execute(() -> tell(name, make(name)));
        } catch (RejectedExecutionException full) {
            tell(name, null);
        }
    }

    private void tell(String name, CertificateChoice.@Nullable Ready result) {
        List<Consumer<CertificateChoice.@Nullable Ready>> told;
        synchronized (made) {
            if (result != null) {
                made.put(name, result);
            }
            told = waiting.remove(name);
        }
        if (told != null) {
            told.forEach(then -> then.accept(result));
        }
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-')) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private CertificateChoice.@Nullable Ready make(String name) {
        try {
            X509Certificate certificate = sign(name, model.leaf().getPublicKey());
            Certificate whole = new Certificate(
                    name, List.of(certificate, authority.leaf()), model.key(), Set.of(name), null, null);
            return new CertificateChoice.Ready(whole, contexts.of(whole));
        } catch (GeneralSecurityException | OperatorCreationException | IOException | RuntimeException failed) {
            return null; // the default certificate, or none: what strict-sni says
        }
    }

    private X509Certificate sign(String name, PublicKey key)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        Instant now = Instant.now();
        X500NameBuilder subject = new X500NameBuilder(BCStyle.INSTANCE);
        if (name.length() <= COMMON_NAME) {
            subject.addRDN(BCStyle.CN, name);
        }
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                X500Name.getInstance(authority.leaf().getSubjectX500Principal().getEncoded()),
                new BigInteger(127, random),
                Date.from(now.minusSeconds(60)),
                Date.from(now.plus(LIFE)),
                subject.build(),
                key);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(
                Extension.subjectAlternativeName,
                name.length() > COMMON_NAME,
                new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(new JcaContentSignerBuilder(algorithm(authority.key())).build(authority.key())));
    }

    private static String algorithm(PrivateKey key) {
        return switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "EdDSA", "Ed25519" -> "Ed25519";
            default -> "SHA256withRSA";
        };
    }
}
