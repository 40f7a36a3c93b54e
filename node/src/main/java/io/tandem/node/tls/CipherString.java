// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads OpenSSL's cipher strings such as {@code ECDH+AESGCM:DH+AESGCM:!aNULL}, which is what HAProxy's {@code ciphers}
 * takes (ciphers(1ssl)). Pure.
 *
 * <p>A list of suites is built from left to right: a bare word appends the suites it stands for, {@code -} takes them out
 * for now, {@code !} for good, and {@code +} moves them to the end. Words joined by {@code +} must all hold.
 */
public final class CipherString {
    /** Strongest encryption first: the order of {@code @STRENGTH}. */
    private static final int[] BITS = {256, 128, 0};

    private static final Map<String, Predicate<CipherSuite>> WORDS = words();

    private final List<CipherSuite> active = new ArrayList<>();
    private final List<CipherSuite> inactive = new ArrayList<>(CipherSuite.all());

    private CipherString() {}

    /**
     * The suites of TLS 1.2 and below that {@code text} asks for, most wanted first.
     *
     * @return empty when it names none
     */
    public static List<CipherSuite> parse(String text) {
        CipherString list = new CipherString();
        list.inactive.removeIf(suite -> suite.since().equals("TLSv1.3"));
        for (String word : text.split("[:, ;]+", -1)) {
            if (!word.isEmpty()) {
                list.apply(word);
            }
        }
        return List.copyOf(list.active);
    }

    private void apply(String word) {
        if (word.equals("DEFAULT")) {
            add(suite -> true);
            kill(notByDefault());
            return;
        }
        if (word.startsWith("@")) {
            if (word.equals("@STRENGTH")) {
                sortByStrength();
            }
            return; // @SECLEVEL=n: BoringSSL has no levels, its weakest suites are above level 1
        }
        char operation = word.charAt(0);
        boolean operated = operation == '-' || operation == '!' || operation == '+';
        Predicate<CipherSuite> meant = meaning(operated ? word.substring(1) : word);
        if (meant != null) {
            switch (operation) {
                case '-' -> takeOut(meant);
                case '!' -> kill(meant);
                case '+' -> moveToEnd(meant);
                default -> add(meant);
            }
        }
    }

    private static @Nullable Predicate<CipherSuite> meaning(String words) {
        Predicate<CipherSuite> all = suite -> true;
        for (String word : words.split("\\+", -1)) {
            Predicate<CipherSuite> one = WORDS.get(word);
            if (one == null) {
                if (CipherSuite.all().stream().noneMatch(suite -> isNamed(suite, word))) {
                    return null; // OpenSSL, too, passes over words it does not know
                }
                one = suite -> isNamed(suite, word);
            }
            all = all.and(one);
        }
        return all;
    }

    private static boolean isNamed(CipherSuite suite, String name) {
        return suite.name().equals(name) || suite.standardName().equals(name);
    }

    private void add(Predicate<CipherSuite> which) {
        for (Iterator<CipherSuite> it = inactive.iterator(); it.hasNext(); ) {
            CipherSuite suite = it.next();
            if (which.test(suite)) {
                it.remove();
                active.add(suite);
            }
        }
    }

    /** Those taken out stand first when suites are added again. */
    private void takeOut(Predicate<CipherSuite> which) {
        List<CipherSuite> out = active.stream().filter(which).toList();
        active.removeAll(out);
        inactive.addAll(0, out);
    }

    private void kill(Predicate<CipherSuite> which) {
        active.removeIf(which);
        inactive.removeIf(which);
    }

    private void moveToEnd(Predicate<CipherSuite> which) {
        List<CipherSuite> moved = active.stream().filter(which).toList();
        active.removeAll(moved);
        active.addAll(moved);
    }

    private void sortByStrength() {
        List<CipherSuite> sorted = new ArrayList<>();
        for (int bits : BITS) {
            active.stream().filter(suite -> bits(suite) == bits).forEach(sorted::add);
        }
        active.clear();
        active.addAll(sorted);
    }

    private static int bits(CipherSuite suite) {
        return suite.encryption().endsWith("(256)") ? 256 : suite.encryption().endsWith("(128)") ? 128 : 0;
    }

    private static Predicate<CipherSuite> anonymous() {
        return suite -> suite.authentication().equals("None");
    }

    private static Predicate<CipherSuite> notByDefault() {
        return anonymous()
                .or(authentication("DSS"))
                .or(encryption("ARIA"))
                .or(encryption("Camellia"))
                .or(encryption("AESCCM"));
    }

    private static Predicate<CipherSuite> exchange(String name) {
        return suite -> suite.exchange().equals(name);
    }

    private static Predicate<CipherSuite> authentication(String name) {
        return suite -> suite.authentication().equals(name);
    }

    private static Predicate<CipherSuite> encryption(String name) {
        return suite -> suite.encryption().startsWith(name);
    }

    private static Predicate<CipherSuite> mac(String name) {
        return suite -> suite.mac().equals(name);
    }

    private static Predicate<CipherSuite> since(String name) {
        return suite -> suite.since().equals(name);
    }

    private static Map<String, Predicate<CipherSuite>> words() {
        Map<String, Predicate<CipherSuite>> words = new LinkedHashMap<>();
        put(words, suite -> true, "ALL", "HIGH"); // nothing weaker is left in the table
        put(words, suite -> false, "COMPLEMENTOFALL", "eNULL", "NULL"); // the table has no suite without encryption
        words.put("COMPLEMENTOFDEFAULT", notByDefault());
        put(words, anonymous(), "aNULL");
        put(words, exchange("RSA"), "kRSA", "RSA");
        put(words, authentication("RSA"), "aRSA");
        put(words, exchange("DH"), "kDHE", "kEDH", "DH");
        put(words, exchange("DH").and(anonymous().negate()), "DHE", "EDH");
        put(words, exchange("DH").and(anonymous()), "ADH");
        put(words, exchange("ECDH"), "kECDHE", "kEECDH", "ECDH");
        put(words, exchange("ECDH").and(anonymous().negate()), "ECDHE", "EECDH");
        put(words, exchange("ECDH").and(anonymous()), "AECDH");
        put(words, authentication("DSS"), "aDSS", "DSS");
        put(words, authentication("ECDSA"), "aECDSA", "ECDSA");
        put(words, authentication("PSK"), "aPSK");
        put(words, exchange("PSK"), "kPSK");
        put(words, exchange("ECDHEPSK"), "kECDHEPSK");
        put(words, exchange("DHEPSK"), "kDHEPSK");
        put(words, exchange("RSAPSK"), "kRSAPSK");
        put(
                words,
                suite -> suite.exchange().endsWith("PSK")
                        || suite.authentication().equals("PSK"),
                "PSK");
        put(words, exchange("SRP"), "SRP", "kSRP");
        put(words, authentication("SRP"), "aSRP");
        put(words, encryption("AES"), "AES");
        put(words, encryption("AES").and(suite -> bits(suite) == 128), "AES128");
        put(words, encryption("AES").and(suite -> bits(suite) == 256), "AES256");
        put(words, encryption("AESGCM"), "AESGCM");
        put(words, encryption("AESCCM"), "AESCCM");
        put(words, encryption("AESCCM8"), "AESCCM8");
        put(words, encryption("CHACHA20"), "CHACHA20");
        put(words, encryption("Camellia"), "CAMELLIA");
        put(words, encryption("Camellia(128)"), "CAMELLIA128");
        put(words, encryption("Camellia(256)"), "CAMELLIA256");
        put(words, encryption("ARIAGCM"), "ARIA", "ARIAGCM");
        put(words, encryption("ARIAGCM(128)"), "ARIA128");
        put(words, encryption("ARIAGCM(256)"), "ARIA256");
        put(words, mac("MD5"), "MD5");
        put(words, mac("SHA1"), "SHA1", "SHA");
        put(words, mac("SHA256"), "SHA256");
        put(words, mac("SHA384"), "SHA384");
        put(words, since("SSLv3"), "SSLv3");
        put(words, since("TLSv1"), "TLSv1", "TLSv1.0");
        put(words, since("TLSv1.2"), "TLSv1.2");
        put(words, suite -> false, "MEDIUM", "LOW", "EXP", "EXPORT", "EXPORT40", "EXPORT56");
        put(words, suite -> false, "3DES", "DES", "RC4", "RC2", "IDEA", "SEED", "kDHr", "kDHd", "kDH", "aDH", "kECDHr");
        put(words, suite -> false, "kECDHe", "kECDH", "aECDH", "kKRB5", "aKRB5", "KRB5", "kGOST", "aGOST", "SSLv2");
        return words;
    }

    private static void put(
            Map<String, Predicate<CipherSuite>> words, Predicate<CipherSuite> meaning, String... names) {
        for (String name : names) {
            words.put(name, meaning);
        }
    }

    /** The suites of TLS 1.3 that a {@code ciphersuites} list names; null where one is unknown. */
    public static @Nullable Set<String> tls13(String text) {
        Set<String> names = new LinkedHashSet<>();
        for (String name : text.split(":", -1)) {
            if (CipherSuite.all().stream()
                            .noneMatch(suite -> suite.since().equals("TLSv1.3")
                                    && suite.name().equals(name))
                    && !name.equals("TLS_AES_128_CCM_SHA256")
                    && !name.equals("TLS_AES_128_CCM_8_SHA256")) {
                return null;
            }
            names.add(name);
        }
        return names;
    }
}
