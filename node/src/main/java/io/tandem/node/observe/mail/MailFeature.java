// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.mail;

import io.tandem.config.haproxy.Address;
import io.tandem.config.haproxy.AddressSyntax;
import io.tandem.config.text.Names;
import io.tandem.config.text.Origin;
import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.observe.log.LogFeature;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import io.tandem.node.socket.Endpoints;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code mailers} sections and {@code email-alert} lines (HAProxy manual 3.6 and 4.2). */
public final class MailFeature implements Feature {
    private static final int DEFAULT_TIMEOUT_MS = 10_000;
    private static final int ALERT = 1;
    /** Complaints that HAProxy ends with a line feed. */
    private static final Pattern ENDED = Pattern.compile("(invalid address|dgram-type|file descriptor).*");

    private static final FacetKey<Section> SECTION = new FacetKey<>(Section.class, Section::new);
    private static final FacetKey<Wishes> WISHES = new FacetKey<>(Wishes.class, Wishes::new);
    private static final FacetKey<Orders> ORDERS = new FacetKey<>(Orders.class, Orders::new);

    /** A {@code mailers} section. */
    private static final class Section implements Facet {
        private final List<Mailing.Mailer> mailers = new ArrayList<>();
        private int timeoutMs = DEFAULT_TIMEOUT_MS;
        private boolean used;

        @Override
        public Facet inherit() {
            return new Section();
        }
    }

    /** The {@code email-alert} lines of a proxy. */
    private static final class Wishes implements Facet {
        private boolean any;
        private @Nullable String from;
        private @Nullable String to;
        private @Nullable String mailers;
        private @Nullable String hostName;
        private int level = ALERT;

        @Override
        public Facet inherit() {
            Wishes copy = new Wishes();
            copy.any = any;
            copy.from = from;
            copy.to = to;
            copy.mailers = mailers;
            copy.hostName = hostName;
            copy.level = level;
            return copy;
        }
    }

    /** What all proxies want; a facet of the global draft. */
    private static final class Orders implements Facet {
        private final Map<String, Mailing.Order> byProxy = new HashMap<>();

        @Override
        public Facet inherit() {
            return new Orders();
        }
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                Keyword.directive("mailer", SectionKind.MAILERS)
                        .arguments("NAME ADDRESS:PORT")
                        .doc("a mail server")
                        .as(MailFeature::mailer),
                Keyword.directive("timeout", SectionKind.MAILERS)
                        .arguments("mail TIME")
                        .doc("how long one mail may take")
                        .as(MailFeature::timeout),
                Keyword.directive("email-alert", SectionKind.PROXIES)
                        .arguments("from | to | level | mailers | myhostname TEXT")
                        .doc("mails about servers that go down or up")
                        .as(MailFeature::wish));
    }

    private static void mailer(Arguments line, Draft draft) {
        String name = line.next();
        String written = line.next();
        if (name.isEmpty() || written.isEmpty()) {
            throw line.error("'mailer' expects <name> and <addr>[:<port>] as arguments.");
        }
        int forbidden = Names.firstForbidden(name);
        if (forbidden >= 0) {
            throw line.error(
                    "character '" + name.charAt(forbidden) + "' is not permitted in server name '" + name + "'.");
        }
        String subject = "'mailer " + name + "' : ";
        AddressSyntax.Result result =
                new AddressSyntax(line.context().options().environment(), AddressSyntax.Allow.STREAM).parse(written);
        String error = result.error();
        if (error != null) {
            throw line.error(subject + error + (ENDED.matcher(error).matches() ? "\n" : ""));
        }
        if (!(result.address() instanceof Address.Inet inet)) {
            throw line.error(subject + "TCP not supported for this address family.");
        }
        InetAddress address = Endpoints.resolve(inet);
        if (address == null) {
            throw line.error(subject + "invalid address: '" + inet.host() + "' in '" + written + "'\n");
        }
        draft.facet(SECTION).mailers.add(new Mailing.Mailer(name, new InetSocketAddress(address, inet.port())));
        rest(line);
    }

    private static void timeout(Arguments line, Draft draft) {
        String which = line.next();
        if (which.isEmpty()) {
            throw line.error("'timeout' expects 'mail' and <time> as arguments.");
        }
        if (!which.equals("mail")) {
            throw line.error("'timeout' expects 'mail' and <time> as arguments got '" + which + "'.");
        }
        if (!line.hasNext()) {
            throw line.error("'timeout mail' expects <time> as argument.");
        }
        int ms = line.millis("timeout mail");
        draft.facet(SECTION).timeoutMs = ms == 0 ? DEFAULT_TIMEOUT_MS : ms;
        rest(line);
    }

    private static void wish(Arguments line, Draft draft) {
        Wishes wishes = draft.facet(WISHES);
        String which = line.next();
        String value = line.next();
        switch (which) {
            case "" -> throw line.error("missing argument after 'email-alert'.");
            case "from" -> wishes.from = value;
            case "to" -> wishes.to = value;
            case "mailers" -> wishes.mailers = value;
            case "myhostname" -> wishes.hostName = value;
            case "level" -> {
                int level = LogFeature.level(value);
                if (level < 0) {
                    throw line.error("unknown log level 'level' after '" + value + "'");
                }
                wishes.level = level;
            }
            default -> throw line.error("email-alert: unknown argument '" + which + "'.");
        }
        wishes.any = true;
        rest(line);
    }

    private static void rest(Arguments line) {
        if (line.hasNext()) {
            line.warn("'" + line.keyword() + "': '" + line.peek() + "' has no effect.");
        }
    }

    // ---- after the last line

    @Override
    public void completeGlobal(Draft global, Assembly assembly) {
        Orders orders = global.facet(ORDERS);
        assembly.onCommit(() -> assembly.node().mailing().use(Map.copyOf(orders.byProxy)));
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        order(draft, assembly);
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        if (!draft.isBackend()) {
            order(draft, assembly);
        }
    }

    private static void order(ProxyDraft draft, Assembly assembly) {
        Wishes wishes = draft.facet(WISHES);
        String from = wishes.from;
        String to = wishes.to;
        String name = wishes.mailers;
        if (!wishes.any) {
            return;
        }
        Origin origin = draft.origin();
        if (from == null || to == null || name == null || from.isEmpty() || to.isEmpty() || name.isEmpty()) {
            assembly.problems()
                    .warning(
                            origin,
                            "'email-alert' will be ignored for " + draft.described()
                                    + " (the presence any of 'email-alert from', 'email-alert level' 'email-alert"
                                    + " mailers', 'email-alert myhostname', or 'email-alert to' requires each of"
                                    + " 'email-alert from', 'email-alert mailers' and 'email-alert to' to be present).");
            return;
        }
        Section section = section(name, assembly);
        if (section == null) {
            assembly.problems().alert(origin, "Proxy '" + draft.name() + "': unable to find mailers '" + name + "'.");
            return;
        }
        section.used = true;
        String host = wishes.hostName == null ? assembly.node().nodeName() : wishes.hostName;
        assembly.drafts()
                .global()
                .facet(ORDERS)
                .byProxy
                .put(
                        draft.name(),
                        new Mailing.Order(
                                from, to, wishes.level, host, List.copyOf(section.mailers), section.timeoutMs));
    }

    private static @Nullable Section section(String name, Assembly assembly) {
        return assembly.drafts().others().stream()
                .filter(draft ->
                        draft.kind() == SectionKind.MAILERS && draft.name().equals(name))
                .findFirst()
                .map(draft -> draft.facet(SECTION))
                .orElse(null);
    }

    /** The sections that no proxy uses. */
    public static List<String> unused(Drafts drafts) {
        return drafts.others().stream()
                .filter(draft -> draft.kind() == SectionKind.MAILERS && !draft.facet(SECTION).used)
                .map(Draft::name)
                .toList();
    }
}
