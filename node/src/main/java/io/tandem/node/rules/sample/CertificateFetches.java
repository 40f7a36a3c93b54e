// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.Parameter.optionalInteger;
import static io.tandem.node.rules.sample.Parameter.optionalString;

import io.tandem.node.frontend.TlsFacts;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import io.tandem.node.tls.CertificateFacts;
import io.tandem.node.tls.DistinguishedName;
import io.tandem.node.tls.verify.Findings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Fetches on certificates (HAProxy manual 7.3.4): {@code ssl_c_…} of the client, {@code ssl_f_…} ours toward clients,
 * {@code ssl_s_…} of the server.
 */
final class CertificateFetches {
    static final List<Keyword<FetchKind>> ALL = all();

    private enum Whose {
        CLIENT("ssl_c_", "client's") {
            @Override
            @Nullable CertificateFacts of(Facts facts) {
                TlsFacts tls = facts.tls;
                return tls == null ? null : tls.peer();
            }
        },
        FRONTEND("ssl_f_", "frontend's") {
            @Override
            @Nullable CertificateFacts of(Facts facts) {
                TlsFacts tls = facts.tls;
                return tls == null ? null : tls.own();
            }
        },
        SERVER("ssl_s_", "server's") {
            @Override
            @Nullable CertificateFacts of(Facts facts) {
                TlsFacts tls = facts.serverTls;
                return tls == null ? null : tls.peer();
            }
        };

        private final String prefix;
        private final String words;

        Whose(String prefix, String words) {
            this.prefix = prefix;
            this.words = words;
        }

        abstract @Nullable CertificateFacts of(Facts facts);

        FetchKind.Builder named(String name, String doc) {
            return fetch(prefix + name).of(Need.CLIENT_CONNECTION).doc(doc + ", of the " + words + " certificate");
        }
    }

    private CertificateFetches() {}

    private static List<Keyword<FetchKind>> all() {
        List<Keyword<FetchKind>> all = new ArrayList<>();
        for (Whose whose : Whose.values()) {
            all.add(name(whose, "s_dn", "the subject, or a field of it", CertificateFacts::subject));
            all.add(name(whose, "i_dn", "the issuer, or a field of it", CertificateFacts::issuer));
            all.add(bytes(whose, "der", "all bytes", CertificateFacts::der));
            all.add(bytes(whose, "sha1", "the fingerprint", CertificateFacts::sha1));
            all.add(bytes(whose, "serial", "the number", CertificateFacts::serial));
            all.add(words(whose, "key_alg", "the algorithm of the key", CertificateFacts::keyAlgorithm));
            all.add(words(whose, "sig_alg", "the algorithm of the signature", CertificateFacts::signatureAlgorithm));
            all.add(time(whose, "notbefore", "its first second", CertificateFacts::notBefore));
            all.add(time(whose, "notafter", "its last second", CertificateFacts::notAfter));
            all.add(whose.named("version", "the version of X.509")
                    .returns(SampleType.INTEGER)
                    .simply((facts, out) -> {
                        CertificateFacts certificate = whose.of(facts);
                        if (certificate == null) {
                            return false;
                        }
                        out.set(certificate.version());
                        return true;
                    }));
        }
        all.add(Whose.CLIENT
                .named("chain_der", "the bytes of the certificates that came with it")
                .returns(SampleType.BINARY)
                .simply((facts, out) -> {
                    TlsFacts tls = facts.tls;
                    CertificateFacts own = Whose.CLIENT.of(facts);
                    byte[] chain = tls == null ? null : tls.chain();
                    if (chain == null || own == null || chain.length <= own.der().length) {
                        return false;
                    }
                    out.set(SampleType.BINARY, chain, own.der().length, chain.length);
                    return true;
                }));
        all.add(Whose.SERVER
                .named("chain_der", "the bytes of all that it was presented with")
                .returns(SampleType.BINARY)
                .simply((facts, out) -> {
                    TlsFacts tls = facts.serverTls;
                    return tls != null && TlsFetches.bytes(tls.chain(), out);
                }));
        all.add(fetch("ssl_c_used")
                .returns(SampleType.BOOLEAN)
                .of(Need.CLIENT_CONNECTION)
                .doc("whether the session has a client's certificate, also where it was resumed")
                .simply((facts, out) -> {
                    out.set(Whose.CLIENT.of(facts) != null);
                    return facts.tls != null;
                }));
        all.add(finding(
                "ssl_c_verify",
                "the last error in the verification of the client's certificate",
                found -> found.result().number()));
        all.add(finding("ssl_c_err", "the first error in the client's certificate itself", found -> found.leafError()
                .number()));
        all.add(finding(
                "ssl_c_ca_err", "the first error in the certificates above the client's", found -> found.caError()
                        .number()));
        all.add(finding("ssl_c_ca_err_depth", "how far above the client's that was", Findings::caErrorDepth));
        return all;
    }

    private static Keyword<FetchKind> finding(String name, String doc, ToIntFunction<Findings> number) {
        return fetch(name)
                .returns(SampleType.INTEGER)
                .of(Need.CLIENT_CONNECTION)
                .doc(doc)
                .simply((facts, out) -> {
                    TlsFacts tls = facts.tls;
                    if (tls == null) {
                        return false;
                    }
                    out.set(number.applyAsInt(tls.findings()));
                    return true;
                });
    }

    private static Keyword<FetchKind> bytes(
            Whose whose, String name, String doc, Function<CertificateFacts, byte[]> fact) {
        return whose.named(name, doc).returns(SampleType.BINARY).simply((facts, out) -> {
            CertificateFacts certificate = whose.of(facts);
            return certificate != null && TlsFetches.bytes(fact.apply(certificate), out);
        });
    }

    private static Keyword<FetchKind> time(
            Whose whose, String name, String doc, Function<CertificateFacts, byte[]> fact) {
        return whose.named(name, doc + " as YYMMDDhhmmssZ").simply((facts, out) -> {
            CertificateFacts certificate = whose.of(facts);
            if (certificate == null) {
                return false;
            }
            out.text(fact.apply(certificate));
            return true;
        });
    }

    private static Keyword<FetchKind> words(
            Whose whose, String name, String doc, Function<CertificateFacts, String> fact) {
        return whose.named(name, doc).simply((facts, out) -> {
            CertificateFacts certificate = whose.of(facts);
            return certificate != null && ConnectionFetches.text(fact.apply(certificate), facts.scratch, out);
        });
    }

    private static Keyword<FetchKind> name(
            Whose whose, String name, String doc, Function<CertificateFacts, DistinguishedName> fact) {
        return whose.named(name, doc)
                .args(optionalString("entry"), optionalInteger("occurrence"), optionalString("format"))
                .as(args -> {
                    String format = args.string(2);
                    if (!format.isEmpty() && !format.equals("rfc2253")) {
                        throw new SampleError(
                                "only rfc2253 or a blank value are currently supported as the format argument.");
                    }
                    String field = args.string(0);
                    int occurrence = args.has(1) ? args.integer(1, 1) : 1;
                    return (facts, out) -> {
                        CertificateFacts certificate = whose.of(facts);
                        if (certificate == null) {
                            return false;
                        }
                        DistinguishedName dn = fact.apply(certificate);
                        byte[] value = !field.isEmpty()
                                ? dn.field(field, occurrence)
                                : format.isEmpty() ? dn.slashed() : dn.rfc2253();
                        if (value == null || value.length == 0) {
                            return false;
                        }
                        out.text(value);
                        return true;
                    };
                });
    }
}
