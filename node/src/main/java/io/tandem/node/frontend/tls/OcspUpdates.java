// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.observe.EventLog;
import java.io.IOException;
import java.net.Proxy;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.bouncycastle.asn1.ocsp.OCSPResponse;
import org.bouncycastle.asn1.ocsp.SingleResponse;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the OCSP responses of one configuration fresh ({@code ocsp-update}, HAProxy 2.8 and later): asks each certificate's
 * authority before the response it has ends, and after a failure again, first after {@value #RETRY_MS} ms, then after twice as
 * long each time.
 *
 * <p>One thread per configuration that needs it. Times are milliseconds UTC: they are compared with those in responses.
 */
final class OcspUpdates {
    private static final long RETRY_MS = 60_000;
    private static final long LOOK_MS = 1_000;
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** How the last attempt ended, by HAProxy's numbers and words. */
    private enum Outcome {
        UNKNOWN(0, "Unknown"),
        DONE(1, "Update successful"),
        HTTP(2, "HTTP error"),
        HEADER(3, "Missing \"ocsp-response\" header"),
        CHECK(4, "OCSP response check failure"),
        INSERT(5, "Error during insertion");

        private final int code;
        private final String text;

        Outcome(int code, String text) {
            this.code = code;
            this.text = text;
        }
    }

    /** One certificate's. Guarded by the map it stands in. */
    private static final class Entry {
        private final StoredCertificate certificate;
        private @Nullable X509Certificate leaf;
        private long dueMs;
        private long updatedMs;
        private int successes;
        private int failures;
        private int inARow;
        private Outcome outcome = Outcome.UNKNOWN;

        Entry(StoredCertificate certificate) {
            this.certificate = certificate;
        }
    }

    private final CertificateStore store;
    private final Map<String, Entry> entries = new LinkedHashMap<>(); // guarded by itself
    private volatile long leastMs = 300_000; // written by the thread that loads
    private volatile long mostMs = 3_600_000; // written by the thread that loads
    private volatile boolean byDefault; // written by the thread that loads
    private volatile boolean disabled; // written by the thread that loads
    private volatile Proxy proxy = Proxy.NO_PROXY; // written by the thread that loads
    private volatile boolean ended;
    private @Nullable Thread thread; // guarded by entries

    OcspUpdates(CertificateStore store) {
        this.store = store;
    }

    /** {@code ocsp-update.mindelay}; above the greatest delay it alone counts. */
    void least(long ms) {
        leastMs = ms;
    }

    /** {@code ocsp-update.maxdelay}. */
    void most(long ms) {
        mostMs = ms;
    }

    /** {@code ocsp-update.mode}: what counts for certificates of which nothing else is said. */
    void byDefault(boolean on) {
        byDefault = on;
    }

    boolean isDefault() {
        return byDefault;
    }

    /** {@code ocsp-update.disable}: nothing is fetched by itself, whatever other options say. */
    void disable(boolean off) {
        disabled = off;
    }

    boolean isDisabled() {
        return disabled;
    }

    /** {@code ocsp-update.httpproxy}: responders are asked through it. */
    void through(Proxy httpProxy) {
        proxy = httpProxy;
    }

    /** Keeps the response of {@code certificate} fresh from {@link #begin} on; answers why that cannot be, or null. */
    @Nullable String add(StoredCertificate certificate) {
        Certificate current = certificate.current();
        if (current == null) {
            return null;
        }
        if (current.signer() == null) {
            return "its issuer is not known";
        }
        if (OcspFetch.responder(current.leaf()) == null) {
            return "it names no responder to be asked over HTTP";
        }
        synchronized (entries) {
            entries.computeIfAbsent(certificate.name(), name -> new Entry(certificate));
        }
        if (current.ocsp() == null) {
            certificate.replace(current.with(OcspResponse.AWAITED));
        }
        return null;
    }

    /** The configuration takes effect, in place of the one that {@code previous} belongs to. */
    void begin(@Nullable OcspUpdates previous, EventLog events) {
        synchronized (entries) {
            if (thread != null || entries.isEmpty()) {
                if (entries.isEmpty() && previous != null) {
                    previous.ended = true;
                }
                return;
            }
            if (previous != null && previous != this) {
                previous.ended = true;
                takeOver(previous.store);
            }
            Thread updater = new Thread(() -> run(events), "tandem-ocsp");
            updater.setDaemon(true);
            thread = updater;
            updater.start();
        }
    }

    /** Responses that the previous configuration has fetched are newer than those in files. */
    private void takeOver(CertificateStore before) {
        synchronized (store) {
            for (Entry entry : entries.values()) {
                Certificate mine = entry.certificate.current();
                StoredCertificate stored = before.certificate(entry.certificate.name());
                Certificate earlier = stored == null ? null : stored.current();
                if (mine != null
                        && earlier != null
                        && earlier.ocsp() != null
                        && mine.leaf().equals(earlier.leaf())) {
                    entry.certificate.replace(mine.with(earlier.ocsp()));
                }
            }
            store.follow();
        }
    }

    private void run(EventLog events) {
        while (!ended) {
            for (Entry entry : list()) {
                if (isDue(entry)) {
                    attempt(entry, events);
                }
            }
            synchronized (entries) {
                try {
                    entries.wait(LOOK_MS);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }

    /** What one responder says must not end the updates of all certificates. */
    private void attempt(Entry entry, EventLog events) {
        try {
            update(entry, events);
        } catch (RuntimeException unexpected) {
            finish(entry, Outcome.CHECK, null, String.valueOf(unexpected), events);
        }
    }

    private Entry[] list() {
        synchronized (entries) {
            return entries.values().toArray(Entry[]::new);
        }
    }

    /** Due by its time, or because another certificate has taken the place of the one known. */
    private boolean isDue(Entry entry) {
        Certificate current = entry.certificate.current();
        if (current == null || ended) {
            return false;
        }
        synchronized (entries) {
            long nowMs = System.currentTimeMillis();
            if (!current.leaf().equals(entry.leaf)) {
                entry.leaf = current.leaf();
                entry.inARow = 0;
                OcspResponse response = current.ocsp();
                entry.dueMs = response == null || response.isAwaited() ? nowMs : nextMs(response, nowMs, 0);
            }
            return nowMs - entry.dueMs >= 0;
        }
    }

    private void update(Entry entry, EventLog events) {
        Certificate certificate = entry.certificate.current();
        X509Certificate issuer = certificate == null ? null : certificate.signer();
        OcspId id = certificate == null ? null : OcspId.of(certificate.leaf(), issuer);
        URI responder = certificate == null ? null : OcspFetch.responder(certificate.leaf());
        if (certificate == null || issuer == null || id == null || responder == null) {
            finish(entry, Outcome.CHECK, null, "nobody can be asked about it", events);
            return;
        }
        OcspResponse response;
        try {
            response = OcspFetch.ask(responder, OcspFetch.request(id), proxy);
        } catch (OcspFetch.OtherType other) {
            finish(entry, Outcome.HEADER, null, other.getMessage(), events);
            return;
        } catch (IOException | RuntimeException failed) {
            finish(entry, Outcome.HTTP, null, String.valueOf(failed.getMessage()), events);
            return;
        }
        String complaint = OcspCheck.complaint(response, id, Instant.now());
        if (complaint == null && !OcspSignature.isGood(response, issuer, Instant.now())) {
            complaint = "OCSP response is not signed by the certificate's authority.";
        }
        if (complaint != null) {
            finish(entry, Outcome.CHECK, null, complaint, events);
            return;
        }
        String refused;
        synchronized (store) {
            Certificate now = entry.certificate.current();
            if (now == null || !now.leaf().equals(certificate.leaf())) {
                return; // replaced meanwhile: the next look finds it due
            }
            entry.certificate.replace(now.with(response));
            refused = store.follow();
        }
        finish(entry, refused == null ? Outcome.DONE : Outcome.INSERT, response, refused, events);
    }

    private void finish(
            Entry entry, Outcome outcome, @Nullable OcspResponse response, @Nullable String why, EventLog events) {
        synchronized (entries) {
            long nowMs = System.currentTimeMillis();
            entry.outcome = outcome;
            if (outcome == Outcome.DONE && response != null) {
                entry.successes++;
                entry.inARow = 0;
                entry.updatedMs = nowMs;
                entry.dueMs = nextMs(response, nowMs, leastMs);
            } else {
                entry.failures++;
                entry.dueMs = nowMs + Math.min(RETRY_MS << Math.min(entry.inARow++, 16), Math.max(RETRY_MS, mostMs));
            }
        }
        events.tell(
                outcome == Outcome.DONE ? EventLog.Level.INFO : EventLog.Level.WARNING,
                null,
                "tls ocsp-update certificate=" + entry.certificate.name() + " outcome=\"" + outcome.text + "\""
                        + (why == null ? "" : " reason=\"" + printable(why) + "\""));
    }

    /** Responders are strangers: nothing of theirs may end a line. */
    private static String printable(String text) {
        return text.substring(0, Math.min(text.length(), 200)).replaceAll("[^ !#-~]", "?");
    }

    /** When to ask again: a tenth of its life before the response ends, within the bounds. */
    private long nextMs(OcspResponse response, long nowMs, long atLeastMs) {
        long endMs = endMs(response);
        long earlyMs = endMs - Math.max(0, endMs - nowMs) / 10;
        return Math.max(nowMs + atLeastMs, Math.min(nowMs + mostMs, earlyMs));
    }

    private static long endMs(OcspResponse response) {
        try {
            SingleResponse single = SingleResponse.getInstance(OcspCheck.basic(OCSPResponse.getInstance(response.der()))
                    .getTbsResponseData()
                    .getResponses()
                    .getObjectAt(0));
            return single.getNextUpdate() == null
                    ? 0
                    : single.getNextUpdate().getDate().toInstant().toEpochMilli();
        } catch (ParseException | RuntimeException damaged) {
            return 0;
        }
    }

    /** Asks now; false where the certificate is not among those kept fresh and cannot be. */
    boolean now(StoredCertificate certificate, EventLog events) {
        synchronized (entries) {
            Entry entry = entries.get(certificate.name());
            if (entry == null) {
                if (add(certificate) != null) {
                    return false;
                }
                entry = entries.get(certificate.name());
            }
            Certificate current = certificate.current();
            if (entry != null && current != null) {
                entry.leaf = current.leaf();
                entry.dueMs = 0;
            }
            begin(null, events);
            entries.notifyAll();
            return true;
        }
    }

    /** {@code show ssl ocsp-updates}: one line for each response, those to be asked for first first (management guide 9.3 since 2.8). */
    void show(StringBuilder out) {
        out.append("OCSP Certid | Path | Next Update | Last Update | Successes | Failures | Last Update Status |"
                + " Last Update Status (str)\n");
        for (Entry entry : byTime()) {
            Certificate current = entry.certificate.current();
            OcspId id = current == null ? null : OcspId.of(current.leaf(), current.signer());
            if (id == null) {
                continue;
            }
            synchronized (entries) {
                out.append(id.key()).append(" | ").append(entry.certificate.name());
                out.append(" | ").append(date(entry.dueMs)).append(" | ").append(date(entry.updatedMs));
                out.append(" | ").append(entry.successes).append(" | ").append(entry.failures);
                out.append(" | ").append(entry.outcome.code).append(" | ").append(entry.outcome.text);
            }
            out.append('\n');
        }
    }

    private Entry[] byTime() {
        synchronized (entries) {
            Entry[] all = list();
            Arrays.sort(all, Comparator.comparingLong(entry -> entry.dueMs));
            return all;
        }
    }

    private static String date(long ms) {
        return ms == 0 ? "-" : DATE.format(Instant.ofEpochMilli(ms));
    }
}
