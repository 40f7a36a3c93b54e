// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import java.util.List;

/** The options that choose what sort of check a section's servers get: the last one counts. */
final class CheckOptions {
    static final List<Keyword<Directive>> ALL = List.of(
            option("tcp-check", "checks walk through the tcp-check rules", "").as(CheckOptions::tcpCheck),
            option("httpchk", "checks ask for a page", "[METHOD] [URI] [VERSION]")
                    .as(CheckOptions::httpchk),
            option("mysql-check", "checks greet a MySQL server", "[user NAME [post-41 | pre-41]]")
                    .as(CheckOptions::mysql),
            option("pgsql-check", "checks greet a PostgreSQL server", "user NAME")
                    .as(CheckOptions::postgres),
            option("redis-check", "checks ping a Redis server", "")
                    .as((line, draft) -> protocol(line, draft, "redis-check", ProtocolSteps.redis())),
            option("smtpchk", "checks greet a mail server", "[HELO | EHLO DOMAIN]")
                    .as(CheckOptions::smtp),
            option("ldap-check", "checks bind to a directory without a name", "")
                    .as((line, draft) -> protocol(line, draft, "ldap-check", ProtocolSteps.ldap())),
            option("ssl-hello-chk", "checks greet a server that speaks SSL 3.0", "")
                    .as((line, draft) -> protocol(line, draft, "ssl-hello-chk", ProtocolSteps.sslHello())),
            option("spop-check", "checks greet an agent of stream processing", "")
                    .refused("there are no filters that ask such agents")
                    .as((line, draft) -> {}),
            option("log-health-checks", "every change of a check is logged", "")
                    .negatable()
                    .as(CheckOptions::log));

    private CheckOptions() {}

    private static Keyword.Builder<Directive> option(String name, String doc, String arguments) {
        return Keyword.directive("option " + name, SectionKind.PROXIES)
                .arguments(arguments)
                .doc(doc);
    }

    private static void log(Arguments line, Draft draft) {
        if (draft.needsBackend(line, "log-health-checks", ".")) {
            line.noMore("option log-health-checks");
            draft.facet(Asked.KEY).logsEach = !line.negated();
        }
    }

    private static void tcpCheck(Arguments line, Draft draft) {
        if (draft.needsBackend(line, "tcp-check", ".")) {
            line.noMore("option tcp-check");
            draft.facet(Asked.KEY).kind = CheckKind.TCP;
        }
    }

    private static void protocol(Arguments line, Draft draft, String name, List<Step> steps) {
        if (draft.needsBackend(line, name, ".")) {
            line.noMore("option " + name);
            use(draft, steps);
        }
    }

    private static void use(Draft draft, List<Step> steps) {
        Asked asked = draft.facet(Asked.KEY);
        asked.kind = CheckKind.PROTOCOL;
        asked.protocol = steps;
    }

    private static void mysql(Arguments line, Draft draft) {
        if (!draft.needsBackend(line, "mysql-check", ".")) {
            return;
        }
        String user = null;
        boolean old = false;
        if (line.hasNext()) {
            String word = line.next();
            if (!word.equals("user")) {
                throw line.error("'option mysql-check' only supports optional values: 'user' (got '" + word + "').");
            }
            user = line.require("'option mysql-check user' expects <username> as argument.")
                    .text();
            if (line.hasNext()) {
                String version = line.next();
                old = version.equals("pre-41");
                if (!old && !version.equals("post-41")) {
                    throw line.error("keyword 'user' only supports 'post-41' and 'pre-41' (got '" + version + "').");
                }
                line.noMore("option mysql-check");
            }
        }
        use(draft, ProtocolSteps.mysql(user, old));
    }

    private static void postgres(Arguments line, Draft draft) {
        if (!draft.needsBackend(line, "pgsql-check", ".")) {
            return;
        }
        String expects = "'option pgsql-check' expects 'user <username>' as argument.";
        if (!line.accept("user")) {
            throw line.error(expects);
        }
        String user = line.require(expects).text();
        line.noMore("option pgsql-check");
        use(draft, ProtocolSteps.postgres(user));
    }

    private static void smtp(Arguments line, Draft draft) {
        if (!draft.needsBackend(line, "smtpchk", ".")) {
            return;
        }
        String hello = line.next();
        String domain = line.next();
        line.noMore("option smtpchk");
        boolean understood = (hello.equals("EHLO") || hello.equals("HELO")) && !domain.isEmpty();
        use(draft, understood ? ProtocolSteps.smtp(hello, domain) : ProtocolSteps.smtp("HELO", "localhost"));
    }

    private static void httpchk(Arguments line, Draft draft) {
        if (!draft.needsBackend(line, "httpchk", ".")) {
            return;
        }
        String method = null;
        String uri = null;
        String version = null;
        String hidden = null;
        if (line.hasNext()) {
            uri = line.next();
            if (line.hasNext()) {
                method = uri;
                uri = line.next();
            }
            if (line.hasNext()) {
                String word = line.next();
                int end = word.indexOf("\r\n");
                version = end < 0 ? word : word.substring(0, end);
                hidden = end < 0 ? null : word.substring(end + 2);
            }
            line.noMore("option httpchk");
        }
        if (hidden != null) {
            hidden(line, hidden);
        }
        Asked asked = draft.facet(Asked.KEY);
        asked.kind = CheckKind.HTTP;
        asked.request = HttpSendStep.of(method, uri, version, hidden);
        if (asked.http.isInherited()) {
            asked.http.clear();
        }
        asked.http.hasRequest();
    }

    /** The old way to add headers and a body: behind the version. */
    private static void hidden(Arguments line, String hidden) {
        int end = hidden.indexOf("\r\n\r\n");
        for (String field : (end < 0 ? hidden : hidden.substring(0, end)).split("\r\n", -1)) {
            if (!field.isEmpty() && field.indexOf(':') < 0) {
                throw HttpSendStep.unparsable(line, hidden + "\r\n\r\n");
            }
        }
        line.context()
                .problems()
                .warning(
                        line.origin(),
                        "parsing [" + line.origin().file() + ":" + line.origin().line()
                                + "]: 'option httpchk' : hiding headers or body at the end of the version string is"
                                + " deprecated. Please, consider to use 'http-check send' directive instead.");
    }
}
