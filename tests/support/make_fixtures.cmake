# Copies the fixtures into the build and makes their symbolic links there, of which the tree has a list only: archives, and
# checkouts without core.symlinks, turn links into files.
#   cmake -DFROM=FOLDER -DTO=FOLDER -P make_fixtures.cmake
file(REMOVE_RECURSE "${TO}")
file(COPY "${FROM}/" DESTINATION "${TO}")
file(STRINGS "${FROM}/links.txt" lines REGEX "^[^#]")
foreach(line IN LISTS lines)
  string(REPLACE " " ";" words "${line}")
  list(GET words 0 link)
  list(GET words 1 target)
  get_filename_component(folder "${TO}/${link}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}")
  file(CREATE_LINK "${target}" "${TO}/${link}" SYMBOLIC)
endforeach()
