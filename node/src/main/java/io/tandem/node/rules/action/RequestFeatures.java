// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.config.text.Origin;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.Condition;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Rules;
import io.tandem.node.rules.Termination;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.acl.ConditionParser;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.format.FormatParser;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.rules.sample.Text;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code unique-id-format}, {@code unique-id-header}, {@code monitor-uri} and {@code monitor fail} (HAProxy manual 4.2). */
public final class RequestFeatures implements Feature {
    private static final FacetKey<Settings> KEY = new FacetKey<>(Settings.class, Settings::new);

    private static final Keyword<Directive> UNIQUE_ID_FORMAT = Keyword.directive(
                    "unique-id-format", SectionKind.PROXIES)
            .arguments("<format>")
            .doc("what makes an exchange's unique id")
            .as((line, draft) -> {
                draft.facet(KEY).format =
                        line.require("unique-id-format expects an argument.").text();
                draft.facet(KEY).formatOrigin = line.origin();
                if (line.hasNext()) {
                    throw line.error("unique-id-format expects only one argument, don't forget to escape spaces!");
                }
            });

    private static final Keyword<Directive> UNIQUE_ID_HEADER = Keyword.directive(
                    "unique-id-header", SectionKind.FRONTENDS)
            .arguments("<name>")
            .doc("sends the unique id to the server in that header field")
            .as((line, draft) -> draft.facet(KEY).header =
                    line.require("unique-id-header expects an argument.").text());

    private static final Keyword<Directive> MONITOR_URI = Keyword.directive("monitor-uri", SectionKind.PROXIES)
            .arguments("<uri>")
            .doc("answers requests for that target: 200, or 503 where a monitor fail condition holds")
            .as((line, draft) -> {
                if (((ProxyDraft) draft).needsFrontend(line, "monitor-uri", ".")) {
                    draft.facet(KEY).monitorUri =
                            line.require("'monitor-uri' expects an URI.").text();
                    line.noMore("monitor-uri");
                }
            });

    private static final Keyword<Directive> MONITOR = Keyword.directive("monitor", SectionKind.PROXIES)
            .arguments("fail {if|unless} <condition>")
            .doc("when monitor-uri answers 503")
            .as(RequestFeatures::monitorFail);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(UNIQUE_ID_FORMAT, UNIQUE_ID_HEADER, MONITOR_URI, MONITOR);
    }

    private static void monitorFail(Arguments line, Draft draft) {
        if (!((ProxyDraft) draft).needsFrontend(line, "monitor", ".")) {
            return;
        }
        if (!line.accept("fail")) {
            throw line.error("'monitor' only supports 'fail'.");
        }
        if (draft.kind() == SectionKind.DEFAULTS) {
            throw line.error("'monitor fail' not allowed in 'defaults' section.");
        }
        int first = line.position();
        compileFail(line, (ProxyDraft) draft, null);
        RuleLines lines = draft.facet(RuleLines.KEY);
        RuleFeature.warnIfMisplaced(line, lines, RuleLines.Stage.MONITOR_FAIL, "monitor fail");
        lines.add(RuleLines.Stage.MONITOR_FAIL, RuleLines.Entry.of(line, first));
    }

    private static Condition compileFail(Arguments line, ProxyDraft proxy, @Nullable Assembly assembly) {
        if (!ActionLine.isCondition(line.peek())) {
            throw line.error("'monitor fail' requires either 'if' or 'unless' followed by a condition.");
        }
        try {
            return ConditionParser.parse(line, new Site(proxy, null, "", line.origin(), assembly), "");
        } catch (SampleError error) {
            throw line.error("error detected while parsing a 'monitor fail' condition : " + error.text() + ".");
        }
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        Settings settings = draft.facet(KEY);
        Origin origin = settings.formatOrigin;
        if (origin != null) {
            Site site = new Site(draft, Place.REQUEST, "unique-id expression", origin, assembly);
            try {
                frontend.uniqueIdFormat = FormatParser.parse(settings.format, site, Format.Style.IDENTITY);
                for (String ignored : frontend.uniqueIdFormat.ignored()) {
                    assembly.problems()
                            .warning(
                                    origin,
                                    "parsing [" + origin.file() + ":" + origin.line() + "] : "
                                            + ActionLine.ignored(ignored));
                }
            } catch (SampleError error) {
                assembly.problems()
                        .alert(
                                origin,
                                "Parsing [" + origin.file() + ":" + origin.line() + "]: failed to parse unique-id : "
                                        + error.text() + ".");
            }
        }
        String header = settings.header;
        if (header != null && origin != null) {
            frontend.uniqueIdField = Text.bytes(header.toLowerCase(Locale.ROOT));
        }
        String uri = settings.monitorUri;
        if (uri != null && draft.mode() != Mode.HTTP) {
            assembly.problems()
                    .warning(
                            draft.origin(),
                            "monitor-uri will be ignored for proxy '" + draft.name() + "' (needs 'mode http').");
        } else if (uri != null) {
            List<Condition> fails = new ArrayList<>();
            for (RuleLines.Entry entry : draft.facet(RuleLines.KEY).of(RuleLines.Stage.MONITOR_FAIL)) {
                fails.add(compileFail(entry.again(assembly.drafts()), draft, assembly));
            }
            Rules monitor = Captures.always(new Monitor(Text.bytes(uri), List.copyOf(fails))::perform);
            frontend.requestRules = monitor.then(frontend.requestRules);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Monitor(byte[] uri, List<Condition> fails) {
        Verdict perform(Facts facts) {
            Request request = facts.request;
            int start = uri.length > 0 && uri[0] == '/' ? request.pathStart() : request.uriStart();
            if (!Text.equals(request.bytes(), start, request.uriEnd(), uri, false)) {
                return Verdict.CONTINUE;
            }
            boolean failed = false;
            for (int i = 0; i < fails.size() && !failed; i++) {
                failed = fails.get(i).test(facts);
            }
            facts.reply = ErrorReply.of(facts, failed ? 503 : 200);
            facts.logLevel = Facts.SILENT;
            facts.terminationWho = Termination.LOCAL;
            facts.terminationWhen = Termination.IN_REQUEST;
            return Verdict.REPLY;
        }
    }

    private static final class Settings implements Facet {
        private String format = "";
        private @Nullable Origin formatOrigin;
        private @Nullable String header;
        private @Nullable String monitorUri;

        @Override
        public Facet inherit() {
            Settings copy = new Settings();
            copy.format = format;
            copy.formatOrigin = formatOrigin;
            copy.header = header;
            copy.monitorUri = monitorUri;
            return copy;
        }
    }
}
