// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.rules.ExchangeByHand;
import io.tandem.node.rules.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of patterns: read with the configuration, shared by all who name them, kept when a reload fails. */
class PatternStoreTest {
    @TempDir
    Path directory;

    private static LoadedText load(String lines) {
        return LoadedText.of(text(lines));
    }

    private static String text(String lines) {
        return "defaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 5s\n"
                + "frontend f\n bind unix@/tmp/unused.sock\n " + lines.replace("\n", "\n ") + "\n";
    }

    private static PatternStore store(LoadedText loaded) {
        return loaded.configuration().drafts().global().facet(PatternStore.KEY);
    }

    private static PatternReference found(LoadedText loaded, String name) {
        return Objects.requireNonNull(store(loaded).find(name), name);
    }

    private static boolean denies(LoadedText loaded, String path) {
        return new ExchangeByHand(loaded, "f")
                        .request("GET " + path + " HTTP/1.1\nHost: x")
                        .judge()
                == Verdict.REPLY;
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    @Test
    void aFileUsedInSeveralPlacesIsOneReference() throws Exception {
        Path list = file("l", "/a\n/b\n");
        LoadedText loaded = load("acl one path -f " + list + "\nacl two path_beg -i -f " + list
                + "\nhttp-request deny if one\nhttp-request deny if two { path_end x }");

        assertThat(loaded.messages()).isEmpty();
        assertThat(store(loaded).all())
                .filteredOn(r -> r.file() != null)
                .singleElement()
                .satisfies(reference -> {
                    assertThat(reference.sets()).hasSize(2);
                    reference.add("/c", null);
                });
        assertThat(denies(loaded, "/c")).isTrue();
        assertThat(denies(loaded, "/C/x")).isTrue();
        assertThat(denies(loaded, "/d")).isFalse();
    }

    @Test
    void rulesAndDefaultsThatAreCompiledTwiceLoadTheirPatternsOnce() {
        LoadedText loaded = LoadedText.of("defaults d\n mode http\n timeout client 5s\n timeout server 5s\n"
                + " timeout connect 5s\n http-request deny if { path /a /b } or TRUE { path -i /a }\n"
                + "frontend f from d\n bind unix@/tmp/unused.sock\nfrontend g from d\n bind unix@/tmp/unused2.sock\n");

        assertThat(loaded.messages()).isEmpty();
        assertThat(store(loaded).all().stream().map(PatternReference::count)).containsExactly(2L, 0L, 1L);
    }

    @Test
    void aReloadReadsTheFilesAgainAndAFailedOneChangesNothing() throws Exception {
        Path list = file("l", "/a\n");
        String lines = "acl one path -f " + list + "\nhttp-request deny if one";
        LoadedText first = load(lines);
        store(first).all().get(0).add("/edited", null);
        assertThat(denies(first, "/edited")).isTrue();

        file("l", "/b\n");
        LoadedText second = first.reload(text(lines));
        assertThat(denies(second, "/a")).isFalse();
        assertThat(denies(second, "/b")).isTrue();
        assertThat(denies(second, "/edited")).isFalse();

        Files.delete(list);
        LoadedText failed = second.reload(text(lines));
        assertThat(failed.messages())
                .contains("parsing [t.cfg:8] : error detected while parsing ACL 'one' : failed to open pattern file <"
                        + list + ">.");
        assertThat(denies(second, "/b")).isTrue();
    }

    @Test
    void optionalAndVirtualFilesNeedNotExist() throws Exception {
        Path list = file("l", "/a\n");
        LoadedText loaded = load("acl one path -f file@" + list + "\nacl two path -f opt@" + directory + "/none\n"
                + "acl three path -f virt@v\nacl four path -f opt@" + list + "\nacl five path,map(virt@m) -m found\n"
                + "http-request deny if one or two or three or five");

        assertThat(loaded.messages()).isEmpty();
        assertThat(denies(loaded, "/a")).isTrue();
        assertThat(denies(loaded, "/v")).isFalse();
        PatternReference virtual = found(loaded, "virt@v");
        assertThat(virtual).isSameAs(store(loaded).find("v"));
        virtual.add("/v", null);
        assertThat(denies(loaded, "/v")).isTrue();
        assertThat(store(loaded).find(list.toString())).isSameAs(store(loaded).find("file@" + list));
    }

    @Test
    void aRuleThatEditsAFileNobodyLoadsIsWarnedAbout() {
        assertThat(load("http-request add-acl(/none) x").messages())
                .singleElement()
                .asString()
                .contains("'http-request add-acl(/none)' : no ACL and no map is loaded from file '/none'");
    }

    @Test
    void numbersThatAreAskedForAreNotGivenToOthers() {
        LoadedText loaded =
                load("acl a path x\nacl b path -u 0 x\nacl c path -u 2 x\nacl d path x\nhttp-request deny if a");

        assertThat(store(loaded).all().stream().map(PatternReference::id)).isEqualTo(List.of(0, 1, 2, 3));
        assertThat(found(loaded, "#0").description()).contains("line 9");
        assertThat(found(loaded, "#3").description()).contains("line 11");
    }
}
