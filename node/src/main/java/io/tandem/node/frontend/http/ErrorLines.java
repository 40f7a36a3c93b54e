// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import io.tandem.config.text.Origin;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.loop.Tuning;
import io.tandem.node.rules.Reply;
import io.tandem.node.setup.Assembly;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code errorfile}, {@code errorloc}, {@code errorfiles} and the sections {@code http-errors} (HAProxy manual 4.2 and 3.8):
 * what replaces the pages of a proxy. Of several lines about a status the last one holds.
 */
final class ErrorLines {
    /** One replacement: a page for a status, or those of a section. */
    private sealed interface Entry {
        record Page(int status, Reply reply) implements Entry {}

        /** @param statuses those wanted, or none for all */
        record Import(String section, List<Integer> statuses, Origin origin) implements Entry {}

        record Made(int status, ErrorPages.Source source) implements Entry {}

        record Reset(int status) implements Entry {}
    }

    private static final class Pages implements Facet {
        private final List<Entry> entries = new ArrayList<>();

        @Override
        public Facet inherit() {
            Pages copy = new Pages();
            copy.entries.addAll(entries);
            return copy;
        }
    }

    private static final FacetKey<Pages> PAGES = new FacetKey<>(Pages.class, Pages::new);

    private ErrorLines() {}

    static List<Keyword<Directive>> directives() {
        Set<SectionKind> sections = EnumSet.copyOf(SectionKind.PROXIES);
        sections.add(SectionKind.HTTP_ERRORS);
        return List.of(
                Keyword.directive("errorfile", sections)
                        .arguments("STATUS FILE")
                        .doc("the response for a status that the proxy makes itself")
                        .as(ErrorLines::errorFile),
                location("errorloc", 302),
                location("errorloc302", 302),
                location("errorloc303", 303),
                Keyword.directive("errorfiles", SectionKind.PROXIES)
                        .arguments("SECTION [STATUS...]")
                        .doc("takes responses from a section http-errors")
                        .as(ErrorLines::errorFiles));
    }

    private static void errorFile(Arguments line, Draft draft) {
        // In a section of its own HAProxy words it without the first blank.
        String usage = (draft.kind() == SectionKind.HTTP_ERRORS ? "errorfile" : "errorfile ")
                + ": expects <status_code> and <file> as arguments."
                + (draft.kind() == SectionKind.HTTP_ERRORS ? "" : "\n");
        String code = line.require(usage).text();
        String file = line.require(usage).text();
        int status = status("errorfile", code, line);
        try {
            int limit = Tuning.of(line.context().drafts()).bufferSize();
            add(draft, new Entry.Page(status, ErrorPages.file(status, ErrorFile.read(file, limit))));
        } catch (IllegalArgumentException unfit) {
            throw line.error("errorfile : " + unfit.getMessage());
        }
    }

    private static void add(Draft draft, Entry entry) {
        draft.facet(PAGES).entries.add(entry);
    }

    static void add(Draft draft, int status, ErrorPages.Source source) {
        add(draft, new Entry.Made(status, source));
    }

    static void addImport(Draft draft, int status, String section, Origin origin) {
        add(draft, new Entry.Import(section, List.of(status), origin));
    }

    static void reset(Draft draft, int status) {
        add(draft, new Entry.Reset(status));
    }

    private static int status(String keyword, String code, Arguments line) {
        int status = code.matches("[0-9]{1,9}") ? Integer.parseInt(code) : 0;
        if (!ErrorPages.statuses().contains(status)) {
            throw line.error(keyword + " : status code '" + status + "' not handled.");
        }
        return status;
    }

    private static Keyword<Directive> location(String name, int redirection) {
        String usage = name + " : expects <status_code> and <url> as arguments.\n";
        return Keyword.directive(name, SectionKind.PROXIES)
                .arguments("STATUS URL")
                .doc("answers a status that the proxy makes itself with " + redirection)
                .as((line, draft) -> {
                    String code = line.require(usage).text();
                    String url = line.require(usage).text();
                    int status = status(name, code, line);
                    add(draft, new Entry.Page(status, ErrorPages.location(status, redirection, url)));
                });
    }

    private static void errorFiles(Arguments line, Draft draft) {
        String section =
                line.require("errorfiles : expects <name> as argument.").text();
        List<Integer> statuses = new ArrayList<>();
        while (line.hasNext()) {
            statuses.add(status("errorfiles", line.next(), line));
        }
        add(draft, new Entry.Import(section, statuses, line.origin()));
    }

    /**
     * The pages of a proxy, or null where it says nothing about them.
     *
     * @param report whether problems are reported: once for a proxy that is frontend and backend
     */
    static @Nullable ErrorPages pages(ProxyDraft draft, Assembly assembly, boolean report) {
        List<Entry> entries = draft.facet(PAGES).entries;
        if (entries.isEmpty()) {
            return null;
        }
        Map<Integer, ErrorPages.ErrorPage> pages = new HashMap<>();
        for (Entry entry : entries) {
            if (entry instanceof Entry.Page page) {
                pages.put(page.status, facts -> page.reply);
            } else if (entry instanceof Entry.Made made) {
                pages.put(made.status, made.source.compile(draft, assembly));
            } else if (entry instanceof Entry.Reset reset) {
                pages.remove(reset.status);
            } else if (entry instanceof Entry.Import wanted) {
                importPages(wanted, pages, draft, assembly, report);
            }
        }
        return new ErrorPages(pages);
    }

    /** What the section of that name declares, by status; null where there is none. */
    static @Nullable Map<Integer, Reply> declared(String name, Drafts drafts) {
        Draft section = drafts.others().stream()
                .filter(d -> d.kind() == SectionKind.HTTP_ERRORS && d.name().equals(name))
                .findFirst()
                .orElse(null);
        if (section == null) {
            return null;
        }
        Map<Integer, Reply> declared = new HashMap<>();
        for (Entry entry : section.facet(PAGES).entries) {
            if (entry instanceof Entry.Page page) {
                declared.put(page.status, page.reply);
            }
        }
        return declared;
    }

    private static void importPages(
            Entry.Import wanted,
            Map<Integer, ErrorPages.ErrorPage> pages,
            ProxyDraft draft,
            Assembly assembly,
            boolean report) {
        String at = " (at " + wanted.origin.file() + ":" + wanted.origin.line() + ").";
        Map<Integer, Reply> declared = declared(wanted.section, assembly.drafts());
        if (declared == null) {
            if (report) {
                assembly.problems()
                        .alert(
                                wanted.origin,
                                "proxy '" + draft.name() + "': unknown http-errors section '" + wanted.section + "'"
                                        + at);
            }
            return;
        }
        if (wanted.statuses.isEmpty()) {
            declared.forEach((status, page) -> pages.put(status, facts -> page));
        }
        for (int status : wanted.statuses) {
            Reply page = declared.get(status);
            if (page != null) {
                pages.put(status, facts -> page);
            } else if (report) {
                assembly.problems()
                        .warning(
                                wanted.origin,
                                "config: proxy '" + draft.name() + "' : status '" + status
                                        + "' not declared in http-errors section '" + wanted.section + "'" + at);
            }
        }
    }
}
