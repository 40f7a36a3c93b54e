// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.language.Draft;
import io.tandem.node.tls.Complaints;
import io.tandem.node.tls.verify.TrustFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files of a {@code server} line about TLS, as commands have them now: the certificate shown to the server, authorities and
 * revocation lists. Guarded by the {@link CertificateStore} that all lines share.
 */
public final class ServerFiles {
    /** Whoever makes contexts of the files; called under the store's lock. */
    public interface User {
        /**
         * Makes contexts of the files as they are now; {@link #serve} or {@link #discard} comes next.
         *
         * @return false after an alert, with nothing prepared
         */
        boolean prepare(Complaints complaints);

        /** New connections begin with what was prepared. */
        void serve();

        /** Throws away what was prepared. */
        void discard();

        /** Nobody new comes: the configuration is in use no more. */
        void retire();
    }

    private final CertificateStore store;
    private final @Nullable StoredCertificate certificate;
    private final @Nullable TrustFile authorities;
    private final @Nullable TrustFile revocations;

    private ServerFiles(
            CertificateStore store,
            @Nullable StoredCertificate certificate,
            @Nullable TrustFile authorities,
            @Nullable TrustFile revocations) {
        this.store = store;
        this.certificate = certificate;
        this.authorities = authorities;
        this.revocations = revocations;
    }

    /**
     * Reads the certificate, unless another line has read it.
     *
     * @param crt as written; null for none
     * @param complaints hears warnings of what is in the file without effect
     */
    public static ServerFiles of(
            Draft global,
            @Nullable String crt,
            @Nullable TrustFile authorities,
            @Nullable TrustFile revocations,
            Complaints complaints)
            throws Certificate.Unusable {
        CertificateStore store = CertificateStore.of(global);
        if (crt == null) {
            return new ServerFiles(store, null, authorities, revocations);
        }
        String file = store.path(crt);
        if (store.certificate(file) == null && !Files.exists(Path.of(file))) {
            throw new Certificate.Unusable(
                    "unable to stat SSL certificate from file '" + file + "' : No such file or directory.");
        }
        StoredCertificate certificate = store.load(file).get(0);
        store.takeWarnings().forEach(complaints::warn);
        return new ServerFiles(store, certificate, authorities, revocations);
    }

    public @Nullable Certificate certificate() {
        return certificate == null ? null : certificate.current();
    }

    public @Nullable TrustFile authorities() {
        return store.trust().current(TrustStore.Kind.AUTHORITIES, authorities);
    }

    public @Nullable TrustFile revocations() {
        return store.trust().current(TrustStore.Kind.REVOCATIONS, revocations);
    }

    /** From now on {@code user} hears of changes, and of the configuration's end. */
    public void follow(User user) {
        store.add(new Server(user));
    }

    /** What contexts were made of: they are kept for as long as these stay. */
    private record Ingredients(
            @Nullable Certificate certificate, @Nullable TrustFile authorities, @Nullable TrustFile revocations) {
        @SuppressWarnings("ReferenceEquality") // the very same objects: what changes is replaced
        boolean are(Ingredients other) {
            return certificate == other.certificate
                    && authorities == other.authorities
                    && revocations == other.revocations;
        }
    }

    /** A server among the followers. */
    private final class Server implements Follower {
        private final User user;
        private Ingredients served = now();
        private @Nullable Ingredients prepared;

        Server(User user) {
            this.user = user;
        }

        private Ingredients now() {
            return new Ingredients(ServerFiles.this.certificate(), authorities(), revocations());
        }

        @Override
        public int instances(StoredCertificate changed) {
            return certificate == changed ? 1 : 0;
        }

        @Override
        public boolean uses(TrustStore.Kind kind, String location) {
            TrustFile file = kind == TrustStore.Kind.AUTHORITIES ? authorities : revocations;
            return file != null && file.location().equals(location);
        }

        @Override
        public int instances() {
            return 1;
        }

        @Override
        public void forget() {
            // it sees by itself whether its files have changed
        }

        @Override
        public boolean prepare(Complaints complaints) {
            Ingredients next = now();
            if (next.are(served)) {
                return true;
            }
            if (!user.prepare(complaints)) {
                return false;
            }
            prepared = next;
            return true;
        }

        @Override
        public void serve() {
            Ingredients next = prepared;
            if (next != null) {
                prepared = null;
                served = next;
                user.serve();
            }
        }

        @Override
        public void discard() {
            if (prepared != null) {
                prepared = null;
                user.discard();
            }
        }

        @Override
        public void retire() {
            user.retire();
        }
    }
}
