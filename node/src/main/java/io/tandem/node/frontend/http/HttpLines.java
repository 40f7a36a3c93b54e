// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.http.HttpSettings.ConnectionMode;
import io.tandem.node.frontend.http.HttpSettings.Reuse;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.sample.BodyUse;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The options that say how a proxy speaks HTTP (HAProxy manual 4.2), {@code http-reuse} and the error files. */
public final class HttpLines implements Feature {
    private static final String NAMES =
            "option 'http-restrict-req-hdr-names' expects 'preserve', 'reject' or 'delete' option.";

    private static final class Settings implements Facet {
        private ConnectionMode mode = ConnectionMode.KEEP_ALIVE;
        private Reuse reuse = Reuse.SAFE;
        private @Nullable AddressField forwardedFor;
        private @Nullable AddressField originalTo;
        private @Nullable RestrictedNames restrictedNames;
        private byte @Nullable [] serverNameField;
        private int options;

        @Override
        public Facet inherit() {
            Settings copy = new Settings();
            copy.mode = mode;
            copy.reuse = reuse;
            copy.forwardedFor = forwardedFor;
            copy.originalTo = originalTo;
            copy.restrictedNames = restrictedNames;
            copy.serverNameField = serverNameField;
            copy.options = options;
            return copy;
        }

        private HttpSettings settings(
                ProxyDraft draft, @Nullable ErrorPages pages, HttpOption adjusts, Assembly assembly) {
            CaseAdjust adjust = (options & adjusts.bit()) == 0 ? null : CaseAdjustLines.of(assembly.drafts());
            int bits = options
                    | (BodyUse.ofRequests(draft) ? HttpSettings.LOOKS_AT_BODIES : 0)
                    | (BodyUse.ofResponses(draft) ? HttpSettings.LOOKS_AT_RESPONSE_BODIES : 0);
            return new HttpSettings(
                    mode, forwardedFor, originalTo, restrictedNames, pages, reuse, adjust, serverNameField, bits);
        }
    }

    private static final FacetKey<Settings> SETTINGS = new FacetKey<>(Settings.class, Settings::new);

    @Override
    public List<Keyword<Directive>> directives() {
        List<Keyword<Directive>> all = new ArrayList<>(ErrorLines.directives());
        all.addAll(CaseAdjustLines.directives());
        for (HttpOption option : HttpOption.values()) {
            all.add(option(option.keyword(), option));
        }
        // since HAProxy 3.0 these go by longer names
        all.add(option("accept-unsafe-violations-in-http-request", HttpOption.ACCEPT_INVALID_REQUEST));
        all.add(option("accept-unsafe-violations-in-http-response", HttpOption.ACCEPT_INVALID_RESPONSE));
        all.add(mode("http-keep-alive", ConnectionMode.KEEP_ALIVE, "connections go on after a response"));
        all.add(mode(
                "http-server-close", ConnectionMode.SERVER_CLOSE, "the server's connection ends after a response"));
        all.add(mode("httpclose", ConnectionMode.CLOSE, "both connections end after a response"));
        all.add(Keyword.directive("option forceclose", SectionKind.PROXIES)
                .doc("the same as option httpclose")
                .negatable()
                .retired("option httpclose")
                .as((line, draft) -> mode(ConnectionMode.CLOSE, line, draft)));
        all.add(address("forwardfor", "the client's address", "x-forwarded-for", true, (s, f) -> s.forwardedFor = f));
        all.add(address(
                "originalto",
                "the address the client connected to",
                "x-original-to",
                false,
                (s, f) -> s.originalTo = f));
        all.addAll(List.of(
                Keyword.directive("option http-restrict-req-hdr-names", SectionKind.PROXIES)
                        .arguments("preserve | delete | reject")
                        .doc("what becomes of request fields with unusual names")
                        .as(HttpLines::restrictNames),
                Keyword.directive("option http-use-proxy-header", SectionKind.PROXIES)
                        .doc("went by Proxy-Connection where a request is for a proxy")
                        .negatable()
                        .noEffect("HAProxy 2.x goes by Connection alone (RFC 9112), and so do we")
                        .as((line, draft) -> {}),
                Keyword.directive("option http-use-htx", SectionKind.PROXIES)
                        .doc("the only way HTTP is handled")
                        .negatable()
                        .noEffect("it has been the only way since HAProxy 2.1; remove the line")
                        .as((line, draft) -> {}),
                Keyword.directive("option http-tunnel", SectionKind.PROXIES)
                        .doc("was removed in HAProxy 2.1")
                        .negatable()
                        .noEffect("it was removed in HAProxy 2.1; connections are kept alive")
                        .as((line, draft) -> {}),
                Keyword.directive("http-send-name-header", SectionKind.PROXIES)
                        .arguments("NAME")
                        .doc("the request field that tells a server its name, instead of what the client says there")
                        .as(HttpLines::sendName),
                Keyword.directive("http-reuse", SectionKind.PROXIES)
                        .arguments("never | safe | aggressive | always")
                        .doc("which requests share server connections")
                        .as(HttpLines::reuse)));
        return all;
    }

    private static Keyword<Directive> option(String name, HttpOption option) {
        return Keyword.directive("option " + name, SectionKind.PROXIES)
                .doc(option.doc())
                .negatable()
                .as((line, draft) -> toggle(option, line, (ProxyDraft) draft));
    }

    private static void toggle(HttpOption option, Arguments line, ProxyDraft draft) {
        boolean matters =
                switch (option.side()) {
                    case FRONTEND -> draft.needsFrontend(line, option.keyword(), ".");
                    case BACKEND -> draft.needsBackend(line, option.keyword(), ".");
                    case BOTH -> true;
                };
        if (matters) {
            line.noMore("option " + option.keyword());
            Settings settings = draft.facet(SETTINGS);
            settings.options = line.negated() ? settings.options & ~option.bit() : settings.options | option.bit();
        }
    }

    private static Keyword<Directive> mode(String name, ConnectionMode mode, String doc) {
        return Keyword.directive("option " + name, SectionKind.PROXIES)
                .doc(doc)
                .negatable()
                .as((line, draft) -> {
                    line.noMore("option " + name);
                    mode(mode, line, draft);
                });
    }

    /** The last one that is said holds; taking back another one than holds changes nothing. */
    private static void mode(ConnectionMode mode, Arguments line, Draft draft) {
        Settings settings = draft.facet(SETTINGS);
        if (!line.negated()) {
            settings.mode = mode;
        } else if (settings.mode == mode) {
            settings.mode = ConnectionMode.KEEP_ALIVE;
        }
    }

    private interface AddressSetting {
        void set(Settings settings, AddressField field);
    }

    private static Keyword<Directive> address(
            String name, String what, String field, boolean takesIfNone, AddressSetting setting) {
        return Keyword.directive("option " + name, SectionKind.PROXIES)
                .arguments("[except NETWORK] [header NAME]" + (takesIfNone ? " [if-none]" : ""))
                .doc("tells the server " + what)
                .as((line, draft) ->
                        setting.set(draft.facet(SETTINGS), AddressFieldLine.read(line, name, field, takesIfNone)));
    }

    private static void restrictNames(Arguments line, Draft draft) {
        if (!line.hasNext()) {
            throw line.error("missing parameter. " + NAMES);
        }
        String word = line.next();
        RestrictedNames policy = RestrictedNames.of(word);
        if (policy == null) {
            throw line.error("invalid parameter '" + word + "'. " + NAMES);
        }
        if (line.hasNext()) {
            throw line.error("'option' cannot handle unexpected argument '" + line.peek() + "'.");
        }
        draft.facet(SETTINGS).restrictedNames = policy;
    }

    private static void reuse(Arguments line, Draft draft) {
        if (!((ProxyDraft) draft).needsBackend(line, "http-reuse", ".")) {
            return;
        }
        Reuse reuse =
                switch (line.next()) {
                    case "never" -> Reuse.NEVER;
                    case "safe" -> Reuse.SAFE;
                    case "aggressive" -> Reuse.AGGRESSIVE;
                    case "always" -> Reuse.ALWAYS;
                    default -> throw line.error("'http-reuse' only supports 'never', 'safe', 'aggressive', 'always'.");
                };
        line.noMore("http-reuse " + reuse.name().toLowerCase(Locale.ROOT));
        draft.facet(SETTINGS).reuse = reuse;
    }

    /** Fields that frame a message, or belong to the connection: with another value there the server cannot read the request. */
    private static final Set<String> OF_FRAMING =
            Set.of("connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer");

    private static void sendName(Arguments line, Draft draft) {
        boolean matters = draft.needsBackend(line, "http-send-name-header", ".");
        String name = line.require("'http-send-name-header' requires a header string.")
                .text()
                .toLowerCase(Locale.ROOT);
        byte[] field = name.getBytes(StandardCharsets.UTF_8);
        for (byte b : field) {
            if (Ascii.token(b) == 0) { // HAProxy sends whatever stands there
                throw line.error("'http-send-name-header' : '" + name + "' is not the name of a field.");
            }
        }
        if (line.hasNext()) {
            line.warn("'http-send-name-header' : '" + line.peek() + "' and what follows have no effect.");
        }
        if (OF_FRAMING.contains(name)) {
            line.warn("'http-send-name-header' : servers will not understand requests whose '" + name
                    + "' is their name.");
        }
        if (matters) {
            draft.facet(SETTINGS).serverNameField = field;
        }
    }

    @Override
    public void completeGlobal(Draft global, Assembly assembly) {
        CaseAdjustLines.complete(global, assembly);
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        if (!draft.isFrontend()) {
            warnOfMode(draft, assembly);
        }
        ErrorPages pages = ErrorLines.pages(draft, assembly, !draft.isFrontend());
        backend.http = draft.facet(SETTINGS).settings(draft, pages, HttpOption.CASE_ADJUST_SERVER, assembly);
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        warnOfMode(draft, assembly);
        ErrorPages pages = ErrorLines.pages(draft, assembly, true);
        frontend.http = draft.facet(SETTINGS).settings(draft, pages, HttpOption.CASE_ADJUST_CLIENT, assembly);
    }

    /** Says which of a TCP proxy's options have no effect. */
    private static void warnOfMode(ProxyDraft draft, Assembly assembly) {
        if (draft.mode() == Mode.HTTP) {
            return;
        }
        Settings settings = draft.facet(SETTINGS);
        String name = draft.kind() == SectionKind.LISTEN ? "proxy '" + draft.name() + "'" : draft.toString();
        Consumer<String> warn = option -> assembly.problems()
                .warning(draft.origin(), "'option " + option + "' ignored for " + name + " as it requires HTTP mode.");
        for (HttpOption option : HttpOption.values()) {
            boolean here = option.side() == HttpOption.Side.BOTH
                    || (option.side() == HttpOption.Side.FRONTEND ? draft.isFrontend() : draft.isBackend());
            if (here && option.httpOnly() && (settings.options & option.bit()) != 0) {
                warn.accept(option.keyword());
            }
        }
        if (settings.forwardedFor != null) {
            warn.accept("forwardfor");
        }
        if (settings.originalTo != null) {
            warn.accept("originalto");
        }
    }
}
