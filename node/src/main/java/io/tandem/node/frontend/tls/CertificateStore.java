// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.LoadContext;
import io.tandem.node.tls.Complaints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of one configuration by name, the lists they stand in, the listeners and servers that use them. Filled by the thread
 * that loads; changed by commands while it runs. Guarded by itself: callers that change what they found lock it.
 */
final class CertificateStore implements Facet {
    static final FacetKey<CertificateStore> KEY = new FacetKey<>(CertificateStore.class, CertificateStore::new);

    /** Endings of files in a directory that belong to a certificate's, which are none themselves. */
    private static final Set<ExtraFiles.Kind> COMPANIONS =
            Set.of(ExtraFiles.Kind.KEY, ExtraFiles.Kind.OCSP, ExtraFiles.Kind.ISSUER, ExtraFiles.Kind.SCTL);

    private final ExtraFiles extras = new ExtraFiles();
    private final CertificateFiles files = new CertificateFiles(extras);
    private final Map<String, StoredCertificate> certificates = new TreeMap<>();
    private final Map<String, CrtList> lists = new TreeMap<>();
    private final Map<String, TicketFile> ticketFiles = new LinkedHashMap<>();
    private final OcspUpdates updates = new OcspUpdates(this);
    private final TrustStore trust = new TrustStore();
    private final List<TlsBind> binds = new ArrayList<>();
    private final List<Follower> followers = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private String base = "";
    private @Nullable LoadContext context;

    static CertificateStore of(Draft global) {
        return global.facet(KEY);
    }

    @Override
    public Facet inherit() {
        return new CertificateStore();
    }

    ExtraFiles extras() {
        return extras;
    }

    /** Whom certificates of clients are verified against. */
    TrustStore trust() {
        return trust;
    }

    /** The responses that are fetched. */
    OcspUpdates updates() {
        return updates;
    }

    CertificateFiles files() {
        return files;
    }

    void base(String directory) {
        base = directory;
    }

    /** A file name as {@code crt-base} completes it; names in a {@code crt-store} stay. */
    String path(String file) {
        return file.startsWith("@") ? file : TlsGlobals.under(base, file);
    }

    /** Remembers where keywords and further files come from, for lines that commands give. */
    void loadedBy(LoadContext loading) {
        context = loading;
    }

    @Nullable LoadContext context() {
        return context;
    }

    /** What was odd in files read since the last call. */
    List<String> takeWarnings() {
        List<String> taken = List.copyOf(warnings);
        warnings.clear();
        return taken;
    }

    /** What {@code crt LOCATION} stands for: a file, a bundle, a directory. Reads what was not read before. */
    CrtList crt(String location) throws Certificate.Unusable {
        if (!location.startsWith("@") && Files.isDirectory(Path.of(location))) {
            return directory(location);
        }
        CrtList list = new CrtList(location, false);
        load(location).forEach(certificate -> list.add(CrtList.Entry.plain(certificate, 0)));
        return list;
    }

    /** The list in {@code file}, read once. */
    CrtList list(String file, LoadContext loading) throws Certificate.Unusable {
        CrtList known = lists.get(file);
        if (known == null) {
            known = new CrtListReader(this, loading).read(file, warnings);
            lists.put(file, known);
        }
        return known;
    }

    private CrtList directory(String location) throws Certificate.Unusable {
        String name = location.length() > 1 && location.endsWith("/")
                ? location.substring(0, location.length() - 1)
                : location;
        CrtList known = lists.get(name);
        if (known != null) {
            return known;
        }
        CrtList list = new CrtList(name, true);
        try (Stream<Path> entries = Files.list(Path.of(location))) {
            List<String> names = entries.filter(Files::isRegularFile)
                    .map(entry -> entry.getFileName().toString())
                    .filter(file -> !file.startsWith(".")
                            && COMPANIONS.stream().noneMatch(kind -> file.endsWith(kind.suffix())))
                    .sorted()
                    .toList();
            for (String file : names) {
                list.add(CrtList.Entry.plain(single(name + "/" + file), 0));
            }
        } catch (IOException e) {
            throw new Certificate.Unusable("unable to scan directory '" + location + "' : " + e.getMessage() + ".");
        }
        lists.put(name, list);
        return list;
    }

    /** The certificate of a file, or those of its bundle where the file itself is not there. */
    List<StoredCertificate> load(String file) throws Certificate.Unusable {
        if (certificates.containsKey(file) || Files.exists(Path.of(file))) {
            return List.of(single(file));
        }
        List<StoredCertificate> bundle = new ArrayList<>();
        if (extras.has(ExtraFiles.Kind.BUNDLE) && !file.startsWith("@")) {
            for (String suffix : ExtraFiles.BUNDLE_SUFFIXES) {
                if (certificates.containsKey(file + suffix) || Files.exists(Path.of(file + suffix))) {
                    bundle.add(single(file + suffix));
                }
            }
        }
        if (bundle.isEmpty()) {
            throw new Certificate.Unusable(
                    "unable to stat SSL certificate from file '" + file + "' : No such file or directory.");
        }
        return bundle;
    }

    private StoredCertificate single(String file) throws Certificate.Unusable {
        StoredCertificate known = certificates.get(file);
        if (known == null) {
            known = new StoredCertificate(file, checked(file, files.read(file)));
            certificates.put(file, known);
        }
        return known;
    }

    /** Reads a certificate whose parts lie in files of any name; what is null is looked for beside the certificate. */
    void define(String name, String file, @Nullable String key, @Nullable String ocsp, @Nullable String issuer)
            throws Certificate.Unusable {
        put(new StoredCertificate(name, checked(file, files.read(file, key, ocsp, issuer))));
    }

    /** Takes away a response of the authority that cannot be stapled: a command may give a better one. */
    private Certificate checked(String file, Certificate read) throws Certificate.Unusable {
        warnings.addAll(files.takeWarnings());
        OcspResponse response = read.ocsp();
        if (response == null) {
            return read;
        }
        OcspId id = OcspId.of(read.leaf(), read.signer());
        if (id == null) {
            throw new Certificate.Unusable(" '" + extras.beside(file, ExtraFiles.Kind.OCSP)
                    + "' is present and activates OCSP but it is impossible to compute the OCSP certificate ID (maybe the"
                    + " issuer could not be found)'.");
        }
        String complaint = OcspCheck.complaint(response, id, Instant.now());
        if (complaint == null) {
            return read;
        }
        warnings.add("Loading: "
                + (complaint.equals(OcspCheck.OTHER)
                        ? "OCSP single response: Certificate ID does not match certificate and issuer."
                        : complaint)
                + " Content will be ignored.");
        return read.with(OcspResponse.AWAITED);
    }

    /** The keys in {@code file}, read once. */
    TicketFile ticketFile(String file) throws TicketFile.Malformed {
        TicketFile known = ticketFiles.get(file);
        if (known == null) {
            known = TicketFile.read(file);
            ticketFiles.put(file, known);
        }
        return known;
    }

    /** All files of ticket keys, in the order of their numbers, from 0. */
    List<TicketFile> ticketFiles() {
        return List.copyOf(ticketFiles.values());
    }

    /** Takes in a certificate under a name of its own. */
    void put(StoredCertificate certificate) {
        certificates.put(certificate.name(), certificate);
    }

    void remove(StoredCertificate certificate) {
        certificates.remove(certificate.name());
    }

    @Nullable StoredCertificate certificate(String name) {
        return certificates.get(name);
    }

    /** All, in the order of their names. */
    List<StoredCertificate> certificates() {
        return List.copyOf(certificates.values());
    }

    @Nullable CrtList list(String name) {
        CrtList found = lists.get(name);
        return found == null && name.endsWith("/") ? lists.get(name.substring(0, name.length() - 1)) : found;
    }

    List<CrtList> lists() {
        return List.copyOf(lists.values());
    }

    /** A listener's certificates, which will be asked to follow changes. */
    void add(TlsBind bind) {
        binds.add(bind);
        followers.add(bind);
    }

    /** Somebody else's. */
    void add(Follower follower) {
        followers.add(follower);
    }

    /** Makes all contexts anew, because something below them has changed. */
    synchronized void renew() {
        followers.forEach(Follower::forget);
        follow();
    }

    /** Its configuration is in use no more: nothing is served, and all contexts are given back. Any number of times. */
    synchronized void retire() {
        followers.forEach(Follower::retire);
        followers.clear();
        binds.clear();
    }

    /**
     * Serves the certificates as they are now, on all listeners and towards all servers or, where one of them cannot, on none.
     *
     * @return why one of them cannot: all go on with what they have served. Null when all do
     */
    @Nullable String follow() {
        List<String> alerts = new ArrayList<>();
        Complaints complaints = new Complaints() {
            @Override
            public void alert(String text) {
                alerts.add(text);
            }

            @Override
            public void warn(String text) {
                // said when the configuration was loaded
            }
        };
        for (Follower follower : followers) {
            if (!follower.prepare(complaints)) {
                followers.forEach(Follower::discard);
                return alerts.isEmpty() ? "unable to use the certificate" : alerts.get(0);
            }
        }
        followers.forEach(Follower::serve);
        return null;
    }

    /** Everybody who follows changes. */
    List<Follower> followers() {
        return List.copyOf(followers);
    }

    List<TlsBind> binds() {
        return List.copyOf(binds);
    }

    /** Whether a list, a {@code bind} or a {@code server} line refers to the certificate. */
    boolean isUsed(StoredCertificate certificate) {
        return lists.values().stream().anyMatch(list -> list.uses(certificate))
                || followers.stream().anyMatch(follower -> follower.instances(certificate) > 0);
    }
}
