# `make demo` and `make test` each work as the only command on a bare Debian 12 with a Swift toolchain.

SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
SPEED ?=
COUNT ?=
SECONDS ?= 60
FORMATS ?=
BUILD := .build/release
PACKAGES := libpng-dev libtiff-dev libgeotiff-dev libproj-dev libgeos-dev libcairo2-dev libsqlite3-dev libssl-dev zlib1g-dev libdeflate-dev \
	libcurl4-gnutls-dev ca-certificates fonts-dejavu-core pkg-config
SOURCES := Sources Tests Benchmarks/Package.swift Benchmarks/Sources Fuzz/Package.swift Fuzz/Sources Package.swift

.DEFAULT_GOAL := help
.PHONY: help deps packages toolchain build demo test sanitize sanitize-threads bench instructions accuracy fuzz format lint install clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: packages toolchain ## install the Debian packages that are missing, and check the Swift toolchain

packages:
	@missing=""; \
	for package in $(PACKAGES); do \
		dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
		sudo=""; \
		if [ "$$(id -u)" -ne 0 ]; then sudo=sudo; fi; \
		if [ -n "$$sudo" ] && ! command -v sudo >/dev/null; then \
			echo "make: as root, run: apt-get install$$missing" >&2; exit 1; \
		fi; \
		echo "installing$$missing"; \
		$$sudo env DEBIAN_FRONTEND=noninteractive apt-get update -q || echo "make: apt-get update failed; trying the lists that are there" >&2; \
		$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing; \
	fi

toolchain:
	@if ! command -v $(SWIFT) >/dev/null; then \
		echo "make: there is no '$(SWIFT)'; install Swift 6.2 or later for Debian 12 from https://www.swift.org/install/linux/" >&2; exit 1; \
	fi; \
	version=$$($(SWIFT) --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1); \
	if [ "$$(printf '6.2\n%s\n' "$$version" | sort -V | head -n 1)" != 6.2 ]; then \
		echo "make: Swift $$version is too old; install 6.2 or later from https://www.swift.org/install/linux/" >&2; exit 1; \
	fi

# With Swift's libraries in it the program starts in a third of the time, and runs where there is no Swift.
build: deps ## build the program, optimised
	$(SWIFT) build -c release --static-swift-stdlib --product trenchwatch

# Some scenes of one's own may be refused (exit code 3); that is reported, and the demonstration goes on.
demo: build ## run the pipeline of the corridor on the imagery in Imagery
	@status=0; $(BUILD)/trenchwatch run Pipelines/sirte-jufra.yaml --summary || status=$$?; \
	if [ $$status -ne 0 ] && [ $$status -ne 3 ]; then exit $$status; fi

test: deps ## run all tests
	$(SWIFT) test

# In builds of their own, beside the one for tests. Left out for the sake of time: what is pure Swift with checked bounds, and tests that start the program
# many times. Leaks are not asked for: PROJ, the fonts of cairo and Swift's runtime keep what they have until the process ends.
ADDRESS_TESTS := RasterIOTests,PixelKernelsTests,ScenesTests,ReportingTests
# What threads share, and the program itself with several workers. Optimised, as it ships: without that it takes longer than anybody waits. One test after another,
# since each has threads of its own and programs that are started must end in time. Locks must be `Guarded`, of which the sanitizer is told: it does not see how
# Swift's own Mutex is handed over on Linux.
THREAD_TESTS := RasterIOTests,PipelineTests,EndToEndTests
THREAD_FILTER := DecodedBlockCache|CachedReading|Threads|WorkerPool|TileRun|RecentPlanes|StagedOutput|HeartbeatTests/crowd|RunTests/sameBytes
THREAD_FLAGS := -c release --sanitize=thread --scratch-path .build-thread --no-parallel

sanitize: deps ## run the tests of files and C libraries under the address sanitizer
	TRENCHWATCH_TESTS=$(ADDRESS_TESTS) ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --sanitize=address --scratch-path .build-address

sanitize-threads: deps ## run the tests of what threads share under the thread sanitizer
	TRENCHWATCH_TESTS=$(THREAD_TESTS) TSAN_OPTIONS=suppressions=$(CURDIR)/.ci/thread-sanitizer.supp $(SWIFT) test $(THREAD_FLAGS) --filter '$(THREAD_FILTER)'

bench: build ## measure the pixel kernels, then the program against decoding its input (Python with numpy and rasterio); SPEED="--side 2048 --runs 1" for a quick look
	cd Benchmarks && $(SWIFT) run -c release KernelBenchmarks
	python3 Benchmarks/Speed/speed.py $(SPEED)

instructions: build ## count the instructions of a small diff (valgrind) and compare with the figures kept; COUNT=--store keeps new ones
	python3 Benchmarks/Speed/instructions.py $(COUNT)

accuracy: build ## measure what is found, missed and falsely found, beside simple peers (Python with numpy, scipy, rasterio, shapely and pyproj)
	python3 Benchmarks/Accuracy/accuracy.py

fuzz: deps ## feed the readers with made-up files for SECONDS=60 each; FORMATS="tiff png" names some (Python for the seeds)
	SWIFT="$(SWIFT)" SECONDS_EACH=$(SECONDS) Fuzz/fuzz $(FORMATS)

format: toolchain ## format the sources in place
	$(SWIFT) format --in-place --recursive $(SOURCES)

lint: toolchain ## check the format of the sources
	$(SWIFT) format lint --strict --recursive $(SOURCES)

install: build ## install below PREFIX (/usr/local)
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 $(BUILD)/trenchwatch "$(DESTDIR)$(PREFIX)/bin/trenchwatch"

clean: ## remove what was built, but not Output
	$(SWIFT) package clean
	rm -rf Benchmarks/.build Fuzz/.build .build/speed .build/load .build-address .build-thread
