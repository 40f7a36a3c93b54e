// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.ExpressionParser;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.rules.sample.Text;
import io.tandem.node.setup.Assembly;
import java.util.Locale;

/** Reads what stands behind the algorithms of {@code balance} that hash, and behind {@code hash-type}. */
final class HashLines {
    private HashLines() {}

    static HashKey uri(Arguments line) {
        int length = 0;
        int depth = 0;
        boolean whole = false;
        boolean pathOnly = false;
        while (line.hasNext()) {
            String word = line.next();
            switch (word) {
                case "len" -> length = positive(line, word);
                case "depth" -> depth = positive(line, word);
                case "whole" -> whole = true;
                case "path-only" -> pathOnly = true;
                default ->
                    throw line.error(
                            "balance uri only accepts parameters 'len', 'depth', 'path-only', and 'whole' (got '" + word
                                    + "').");
            }
        }
        return new HashKeys.Uri(length, depth, whole, pathOnly);
    }

    private static int positive(Arguments line, String name) {
        String text = line.hasNext() ? line.peek() : "";
        int number = line.hasNext() ? line.leadingInteger() : 0;
        if (number <= 0) {
            throw line.error("balance uri : '" + name + "' expects a positive integer (got '" + text + "').");
        }
        return number;
    }

    static HashKey parameter(Arguments line) {
        String name = line.next();
        if (name.isEmpty()) {
            throw line.error("balance url_param requires an URL parameter name.");
        }
        if (!line.hasNext()) {
            return new HashKeys.Parameter(Text.bytes(name));
        }
        String modifier = line.next();
        if (!modifier.equals("check_post")) {
            throw line.error("balance url_param only accepts 'check_post' modifier (got '" + modifier + "').");
        }
        return new PostedParameter(Text.bytes(name));
    }

    static HashKey header(Arguments line, String word) {
        String name = word.endsWith(")") ? word.substring("hdr(".length(), word.length() - 1) : "";
        if (name.isEmpty()) {
            throw line.error("balance hdr requires an http header field name.");
        }
        boolean domainOnly = line.hasNext();
        if (domainOnly) {
            String modifier = line.next();
            if (!modifier.equals("use_domain_only")) {
                throw line.error(
                        "balance " + word + " only accepts 'use_domain_only' modifier (got '" + modifier + "').");
            }
        }
        return new HashKeys.Header(Text.bytes(name.toLowerCase(Locale.ROOT)), domainOnly);
    }

    static HashKey rdpCookie(Arguments line, String word) {
        if (word.equals("rdp-cookie")) {
            return HashKeys.rdpCookie(Text.bytes("mstshash"));
        }
        String name = word.startsWith("rdp-cookie(") && word.endsWith(")")
                ? word.substring("rdp-cookie(".length(), word.length() - 1)
                : "";
        if (name.isEmpty()) {
            throw line.error("balance rdp-cookie : missing cookie name.");
        }
        return HashKeys.rdpCookie(Text.bytes(name));
    }

    /** The words of {@code balance hash}; looked at by {@link #compile}. */
    static String expression(Arguments line) {
        if (!line.hasNext()) {
            throw line.error("balance hash requires a sample expression.");
        }
        String expression = line.next();
        if (line.hasNext()) {
            throw line.error("balance hash takes no other argument (got '" + line.peek() + "').");
        }
        return expression;
    }

    /** Compiles it for a backend; a mistake is reported where the section begins, as HAProxy does. */
    static HashKey compile(String expression, ProxyDraft draft, Assembly assembly) {
        String subject = "'balance hash' expression '" + expression + "'";
        try {
            Expression compiled = ExpressionParser.parse(
                            expression, new Site(draft, Place.BALANCE, "", draft.origin(), assembly))
                    .expression();
            if (compiled.need().isMetIn(Place.BALANCE)) {
                if (compiled.need().isBytes() && draft.mode() == Mode.HTTP) {
                    assembly.problems()
                            .warning(
                                    draft.origin(),
                                    place(draft) + "L6 sample fetch <" + expression
                                            + "> will be ignored in 'balance hash' expression in HTTP mode.");
                }
                return HashKeys.expression(compiled);
            }
            complain(
                    draft,
                    assembly,
                    "error detected while parsing " + subject + " which requires information from "
                            + compiled.need().wording() + ", which is not available here.");
        } catch (SampleError wrong) {
            complain(draft, assembly, "failed to parse " + subject + " in : " + wrong.text() + ".");
        }
        return HashKeys.source();
    }

    private static void complain(ProxyDraft draft, Assembly assembly, String text) {
        assembly.problems().alert(draft.origin(), place(draft) + text);
    }

    private static String place(ProxyDraft draft) {
        return "backend '" + draft.name() + "' [" + draft.origin().file() + ":"
                + draft.origin().line() + "]: ";
    }

    static HashType type(Arguments line) {
        String method = line.next();
        if (method.equals("avalanche")) {
            line.warn("'hash-type avalanche' is obsolete, please use 'hash-type map-based sdbm avalanche' instead.");
            return new HashType(false, HashType.Function.SDBM, true, 0, HashType.Affinity.ALWAYS);
        }
        if (!method.equals("map-based") && !method.equals("consistent")) {
            throw line.error("'hash-type' only supports 'consistent' and 'map-based'.");
        }
        boolean consistent = method.equals("consistent");
        if (!line.hasNext()) {
            return new HashType(consistent, null, false, 0, HashType.Affinity.ALWAYS);
        }
        HashType.Function function =
                switch (line.next()) {
                    case "sdbm" -> HashType.Function.SDBM;
                    case "djb2" -> HashType.Function.DJB2;
                    case "wt6" -> HashType.Function.WT6;
                    case "crc32" -> HashType.Function.CRC32;
                    default ->
                        throw line.error("'hash-type' only supports 'sdbm', 'djb2', 'crc32', or 'wt6' hash functions.");
                };
        boolean avalanche = line.hasNext();
        if (avalanche && !line.next().equals("avalanche")) {
            throw line.error("'hash-type' only supports 'avalanche' as a modifier for hash functions.");
        }
        return new HashType(consistent, function, avalanche, 0, HashType.Affinity.ALWAYS);
    }
}
