// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.netty.handler.ssl.ClientAuth;
import io.tandem.node.frontend.listen.BindLine;
import io.tandem.node.frontend.listen.BindOption;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Keyword;
import io.tandem.node.tls.verify.IgnoredErrors;
import io.tandem.node.tls.verify.TrustFile;
import java.util.List;
import java.util.function.BiConsumer;

/** The options of {@code bind} about clients' certificates (HAProxy manual 5.1). */
final class VerifyOptions {
    static final List<Keyword<BindOption>> ALL = List.of(
            option("verify", "whether clients need a certificate")
                    .arguments("none | optional | required")
                    .as(VerifyOptions::verify),
            option("ca-file", "authorities of clients, which they are told")
                    .arguments("FILE | DIRECTORY | @system-ca")
                    .as(file("CAfile", true, (v, file) -> v.announced = file)),
            option("ca-verify-file", "authorities of clients that they are not told")
                    .arguments("FILE | DIRECTORY")
                    .as(file("CAfile", true, (v, file) -> v.silent = file)),
            option("crl-file", "which certificates are revoked")
                    .arguments("FILE | DIRECTORY")
                    .as(file("CRLfile", false, (v, file) -> v.revocations = file)),
            option("no-ca-names", "tells clients no authorities").as((line, bind) -> of(bind).namesNobody = true),
            option("ca-ignore-err", "errors of issuers that do not end the handshake")
                    .arguments("all | ERROR[,…]")
                    .as(ignore((v, errors) -> v.ignoredAbove = errors)),
            option("crt-ignore-err", "errors of the client's certificate that do not end the handshake")
                    .arguments("all | ERROR[,…]")
                    .as(ignore((v, errors) -> v.ignoredOfLeaf = errors)));

    private VerifyOptions() {}

    private static ClientVerification of(BindLine bind) {
        return bind.facet(TlsSettings.KEY).verification;
    }

    private static void verify(Arguments line, BindLine bind) {
        String method = line.require("'verify' : missing verify method").text();
        of(bind).demand = switch (method) {
            case "none" -> ClientAuth.NONE;
            case "optional" -> ClientAuth.OPTIONAL;
            case "required" -> ClientAuth.REQUIRE;
            default ->
                throw line.error("'verify' : unknown verify method '" + method
                        + "', only 'none', 'optional', and 'required' are supported");
        };
    }

    private static BindOption file(
            String what, boolean authorities, BiConsumer<ClientVerification, TrustFile> setting) {
        return (line, bind) -> {
            String name = line.taken().text();
            String word =
                    line.require("'" + name + "' : missing " + what + " path").text();
            setting.accept(of(bind), TrustFiles.read(line, name, word, authorities));
        };
    }

    private static BindOption ignore(BiConsumer<ClientVerification, IgnoredErrors> setting) {
        return (line, bind) -> {
            String name = line.taken().text();
            String text =
                    line.require("'" + name + "' : missing error IDs list").text();
            try {
                IgnoredErrors errors = IgnoredErrors.parse(text);
                if (errors.firstFirm() > 0) {
                    line.warn("'" + name + "' : error " + errors.firstFirm()
                            + " is never ignored, nor any other from 32 to 63, as in HAProxy 2.6.");
                }
                setting.accept(of(bind), errors);
            } catch (IllegalArgumentException wrong) {
                throw line.error("'" + name + "' : " + wrong.getMessage());
            }
        };
    }

    private static Keyword.Builder<BindOption> option(String name, String doc) {
        return Keyword.<BindOption>of(name).doc(doc);
    }
}
