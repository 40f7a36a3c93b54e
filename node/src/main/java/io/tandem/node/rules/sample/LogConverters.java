// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.optionalString;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import io.tandem.node.tls.verify.CertificateError;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/** Converters for what log lines say (HAProxy 3.x's manual, 7.3.1). */
final class LogConverters {
    static final List<Keyword<ConverterKind>> ALL = List.of(
            converter("when")
                    .args(string("condition"), optionalString("name"))
                    .accepts(SampleType.ANY)
                    .returns(SampleType.ANY)
                    .doc("the value where the condition holds: error, normal, forwarded, toapplet, processed, stopping,"
                            + " acl,NAME")
                    .as(LogConverters::when),
            converter("x509_v_err_str")
                    .accepts(SampleType.INTEGER)
                    .doc("the name of an error of the verification of a certificate")
                    .simply((facts, in) -> ConnectionFetches.text(
                            CertificateError.of((int) in.number).constant(), facts.scratch, in)));

    private LogConverters() {}

    private static Converter when(Args args) {
        String name = args.string(0);
        if (name.equals("acl")) {
            if (!args.has(1)) {
                throw new SampleError("'acl' expects the name of an ACL");
            }
            Fetch acl = Objects.requireNonNull(SampleKeywords.fetch("acl"))
                    .meaning()
                    .factory()
                    .make(new Args(args.from(1), List.of(), args.site()));
            return (facts, in) -> {
                Sample answer = new Sample();
                return acl.fetch(facts, answer) && answer.number != 0;
            };
        }
        Predicate<Facts> condition =
                switch (name) {
                    case "error" -> LogConverters::failed;
                    case "normal" -> facts -> !failed(facts);
                    case "forwarded" -> LogConverters::forwarded;
                    case "toapplet" -> facts -> facts.service != null;
                    case "processed" -> facts -> facts.service != null || forwarded(facts);
                    case "stopping" -> facts -> facts.configuration.node().stopping();
                    default ->
                        throw new SampleError(
                                "unknown condition '" + name + "', expects 'error', 'normal', 'forwarded',"
                                        + " 'toapplet', 'processed', 'stopping' or 'acl'");
                };
        return (facts, in) -> condition.test(facts);
    }

    /** What {@code option dontlog-normal} leaves a line for. */
    private static boolean failed(Facts facts) {
        boolean abnormal = facts.terminationWho != Termination.NORMAL && facts.terminationWho != Termination.LOCAL;
        return facts.status >= 500 || abnormal || facts.retries > 0 || facts.redispatched;
    }

    private static boolean forwarded(Facts facts) {
        return facts.server != null && facts.connectedNs != 0;
    }
}
