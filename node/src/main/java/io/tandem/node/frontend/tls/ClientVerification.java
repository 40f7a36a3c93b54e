// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.netty.handler.ssl.ClientAuth;
import io.tandem.node.tls.verify.Authorities;
import io.tandem.node.tls.verify.IgnoredErrors;
import io.tandem.node.tls.verify.RevocationLists;
import io.tandem.node.tls.verify.TrustFile;
import io.tandem.node.tls.verify.VerifyPolicy;
import io.tandem.node.tls.verify.VerifyingTrustManager;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** What a {@code bind} line says about the certificates of clients: {@code verify}, {@code ca-file} and the like. */
final class ClientVerification {
    ClientAuth demand = ClientAuth.NONE;
    /** {@code ca-file}: trusted, and named to clients. */
    @Nullable TrustFile announced;
    /** {@code ca-verify-file}: trusted. */
    @Nullable TrustFile silent;

    @Nullable TrustFile revocations;

    IgnoredErrors ignoredAbove = IgnoredErrors.NONE;
    IgnoredErrors ignoredOfLeaf = IgnoredErrors.NONE;
    /** {@code no-ca-names}. */
    boolean namesNobody;

    /**
     * These of one certificate, and where they are silent those of its {@code bind} line.
     *
     * @param given the options that were written for the certificate
     */
    ClientVerification over(ClientVerification line, Set<String> given) {
        ClientVerification both = new ClientVerification();
        both.demand = given.contains("verify") ? demand : line.demand;
        both.announced = announced != null ? announced : line.announced;
        both.silent = silent != null ? silent : line.silent;
        both.revocations = revocations != null ? revocations : line.revocations;
        both.ignoredAbove = line.ignoredAbove;
        both.ignoredOfLeaf = line.ignoredOfLeaf;
        both.namesNobody = namesNobody || line.namesNobody;
        return both;
    }

    /** These with what is behind the names of their files now. */
    ClientVerification following(TrustStore trust) {
        ClientVerification now = over(this, Set.of());
        now.announced = trust.current(TrustStore.Kind.AUTHORITIES, announced);
        now.silent = trust.current(TrustStore.Kind.AUTHORITIES, silent);
        now.revocations = trust.current(TrustStore.Kind.REVOCATIONS, revocations);
        return now;
    }

    /** Whether the file of that name is among these. */
    boolean uses(TrustStore.Kind kind, String location) {
        return kind == TrustStore.Kind.REVOCATIONS
                ? revocations != null && revocations.location().equals(location)
                : (announced != null && announced.location().equals(location))
                        || (silent != null && silent.location().equals(location));
    }

    /** Whether clients are asked for a certificate. */
    boolean isOn() {
        return demand != ClientAuth.NONE;
    }

    /** Whether there is nothing to verify certificates with. */
    boolean isIncomplete() {
        return isOn() && announced == null && silent == null;
    }

    TrustManager trustManager() {
        VerifyPolicy policy = policy();
        return VerifyingTrustManager.ofClients(
                () -> policy, namesNobody || announced == null ? List.of() : announced.certificates());
    }

    VerifyPolicy policy() {
        return new VerifyPolicy(
                new Authorities(authorities()),
                revocations == null ? null : new RevocationLists(lists(revocations)),
                ignoredAbove,
                ignoredOfLeaf);
    }

    private List<X509CRL> lists(TrustFile file) {
        List<X509CRL> lists = new ArrayList<>(file.revocations());
        if (announced != null) {
            lists.addAll(announced.revocations());
        }
        if (silent != null) {
            lists.addAll(silent.revocations());
        }
        return lists;
    }

    private List<X509Certificate> authorities() {
        List<X509Certificate> all = new ArrayList<>();
        if (announced != null) {
            all.addAll(announced.certificates());
        }
        if (silent != null) {
            all.addAll(silent.certificates());
        }
        return all;
    }

    /** The same for two lines exactly where a client good for one is good for the other: sessions may be resumed. */
    byte[] fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((byte) demand.name().charAt(0));
            for (X509Certificate authority : authorities()) {
                digest.update(authority.getEncoded());
            }
            if (revocations != null) {
                for (X509CRL list : lists(revocations)) {
                    digest.update(list.getEncoded());
                }
            }
            digest.update((ignoredAbove + "/" + ignoredOfLeaf).getBytes(StandardCharsets.UTF_8));
            return digest.digest();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no fingerprint of authorities", e);
        }
    }
}
